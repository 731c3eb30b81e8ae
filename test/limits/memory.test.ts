import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve, type RunningGateway } from '../cli/run.ts';
import { insertMany } from '../setup/many.ts';
import { startFlags } from '../setup/process.ts';
import { createWorld, type GraphQLAnswer, type World } from '../setup/world.ts';

const GROWTH_MAX_MIB = 64;
const WINDOW = 'from: "2026-03-01T00:00:00Z", to: "2026-04-11T00:00:00Z"';
const HOURS = `usage(${WINDOW}) { buckets(size: HOUR) { from metrics { value } } }`;
const aliases = (count: number, field: string): string =>
  Array.from({ length: count }, (_, n) => `a${n}: ${field}`).join(' ');

let world: World;
let gateway: RunningGateway;
beforeAll(async () => {
  world = await createWorld();
  await sql`insert into organizations (slug, name, parent_id) select 'wide-' || n, 'Wide ' || n, ${world.uuid('depot')} from generate_series(1, 100) as n`.execute(
    world.db,
  );
  await insertMany(world.db, 'wide-%', 99, 'A name as long as most names are');
  await sql`insert into organization_profiles (organization_id, logo_url)
    select id, 'https://x.example/' || repeat('x', 1900) from organizations where slug like 'wide-%'`.execute(
    world.db,
  );
  gateway = await serve({
    DATABASE_URL: world.url,
    NODE_OPTIONS: await startFlags(),
    LOG_LEVEL: 'silent',
    WORKER: 'separate',
  });
  for (let n = 0; n < 20; n++) await ask('{ organization { slug children { nodes { slug } } } }');
});
afterAll(async () => {
  await gateway.end('SIGTERM');
  await world.close();
});

async function ask(query: string): Promise<Pick<GraphQLAnswer, 'errors'> & { bytes: number }> {
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${world.token('key@acme')}`,
    },
    body: JSON.stringify({ query }),
  });
  const text = await response.text();
  return { ...(JSON.parse(text) as Pick<GraphQLAnswer, 'errors'>), bytes: text.length };
}

async function residentMiB(): Promise<number> {
  return (
    Number(/VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${gateway.pid}/status`, 'utf8'))?.[1]) /
    1024
  );
}

/** Sends the documents, watching the process: its answers and by how much it grew at most. */
async function send(documents: readonly string[]) {
  const before = await residentMiB();
  let most = before;
  const watch = setInterval(
    () => void residentMiB().then((now) => (most = Math.max(most, now))),
    10,
  );
  const answers = await Promise.all(documents.map(ask));
  clearInterval(watch);
  const growth = Math.max(most, await residentMiB()) - before;
  return { answers, growth };
}

describe('the memory of the gateway', () => {
  it('stays flat when hourly parts of a hundred organizations are asked for, or of one under many names', async () => {
    const documents = [
      `{ organization { descendants(first: 100) { nodes { ${HOURS} } } } }`,
      `{ organization { ${aliases(30, `usage(${WINDOW}) { ...Hours }`)} } } fragment Hours on UsageSummary { buckets(size: HOUR) { from metrics { value } } }`,
      `{ organization { usage(${WINDOW}) { ${aliases(30, 'buckets(size: HOUR) { metrics { value } }')} } } }`,
    ];
    const { answers, growth } = await send([...documents, ...documents, ...documents]);
    const more = await send([
      `{ organization { usage(${WINDOW}) { ${aliases(88, 'buckets(size: HOUR) { metrics { value } }')} } } }`,
    ]);
    expect(more.answers[0]?.errors?.[0]?.extensions).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      limit: 'aliases',
      actual: 88,
    });
    for (const { errors } of answers)
      expect(errors?.[0]?.extensions).toMatchObject({
        code: 'LIMIT_EXCEEDED',
        limit: 'nodes',
        maximum: 10_000,
      });
    process.stdout.write(`refused for their cost: +${growth.toFixed(0)} MiB\n`);
    expect(growth).toBeLessThanOrEqual(GROWTH_MAX_MIB);
  });

  it('stays flat when one long text is asked for under many names', async () => {
    const texts = aliases(30, 'branding { logoUrl }');
    const document = `{ organization(slug: "depot") { children(first: 24) { nodes { children(first: 24) { nodes { ${texts} } } } } } }`;
    const { answers, growth } = await send([document]);
    expect(answers[0]?.errors).toMatchObject([
      { extensions: { code: 'LIMIT_EXCEEDED', limit: 'responseBytes', maximum: 8 * 1024 * 1024 } },
    ]);
    expect(answers[0]?.bytes).toBeLessThan(1_000);
    process.stdout.write(`an answer of 33 MB refused: +${growth.toFixed(0)} MiB\n`);
    expect(growth).toBeLessThanOrEqual(GROWTH_MAX_MIB);
  });

  it('stays flat for the heaviest documents that are accepted', async () => {
    const documents = [
      '{ organization { usage(from: "2026-01-01T00:00:00Z", to: "2026-12-31T00:00:00Z") { buckets { from to metrics { metric { key } value } } } } }',
      `{ organization(slug: "depot") { children(first: 78) { nodes { slug children(first: 78) { nodes { slug name kind } } } } } }`,
      `{ organization(slug: "depot") { children(first: 100) { nodes { ${aliases(30, 'branding { logoUrl }')} } } } }`,
      '{ __schema { types { name fields { name type { name ofType { name ofType { name } } } args { name type { name ofType { name } } } } } } }',
    ];
    for (const document of documents) {
      const cpuBefore = await cpuMs();
      const { answers, growth } = await send([document]);
      expect(answers[0]?.errors).toBeUndefined();
      process.stdout.write(
        `accepted: +${growth.toFixed(0)} MiB, ${(await cpuMs()) - cpuBefore} ms CPU, ${answers[0]?.bytes} bytes\n`,
      );
      expect(growth).toBeLessThanOrEqual(GROWTH_MAX_MIB);
    }
  });
});

async function cpuMs(): Promise<number> {
  const fields =
    (await readFile(`/proc/${gateway.pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
