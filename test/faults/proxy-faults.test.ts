/** Random faults of the network to the database, one after the other, while clients write and read; then an account of it all. */
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { verifyAuditLog } from '../../src/modules/audit/verify.ts';
import { verifyTree } from '../../src/modules/organization/verify.ts';
import { Random } from '../../src/seed/random.ts';
import { verifyUsage } from '../../src/modules/usage/verify.ts';
import { quantile } from '../setup/process.ts';
import { sized } from '../setup/size.ts';
import { startControl } from './control.ts';
import { ENDS_MS, createLab, type Answer, type Lab } from './lab.ts';

const FAULTS = Number(process.env['FAULTS'] ?? sized(6, 1_000));
/** A request may take this many times longer than what passes no fault takes at most; next to nothing on idle cores. */
const SLACK = 3;
const WRITERS = 4;
const READERS = 4;
/** Between two tries of a writer that was not answered. */
const RETRY_MS = 50;
const READ = '{ organization { slug children { totalCount } } }';
const CREATE = `mutation ($input: CreateOrganizationInput!) {
  createOrganization(input: $input) { __typename ... on CreateOrganizationPayload { organization { id } } } }`;
const ISSUE =
  'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { __typename } }';

let lab: Lab;
beforeAll(async () => {
  lab = await createLab();
});
afterAll(() => lab.close());

const random = new Random(1);
const between = (least: number, most: number): number =>
  Math.round(least + random.next() * (most - least));

/** Each kind of fault, from its beginning to its end. */
const FAULT_KINDS = {
  cut: async () => lab.proxy.cut(),
  async delay() {
    lab.proxy.delay(between(20, 200));
    await pause(between(200, 600));
    lab.proxy.delay(0);
  },
  stall: () => during('stall', between(200, 1_500)),
  swallow: () => during('swallow', between(200, 3_000)),
  'swallow replies': () => during('swallow replies', between(200, 3_000)),
  'lose the reply to a commit': async () => lab.proxy.lose('reply', 'commit\0'),
  'lose a commit': async () => lab.proxy.lose('statement', 'commit\0'),
};

async function during(
  mode: 'stall' | 'swallow' | 'swallow replies',
  milliseconds: number,
): Promise<void> {
  lab.proxy.mode(mode);
  await pause(milliseconds);
  lab.proxy.mode('pass');
}

const answers: Answer[] = [];
async function ask(query: string, variables?: object): Promise<Answer> {
  const answer = await lab.ask(query, variables);
  answers.push(answer);
  return answer;
}

/** Asks with the same key until it is done; the payload. */
async function insist(
  query: string,
  input: { idempotencyKey: string },
): Promise<Record<string, unknown>> {
  for (;;) {
    const { status, code, data } = await ask(query, { input });
    if (status === 200 && code === undefined)
      return Object.values(data as Record<string, Record<string, unknown>>)[0] ?? {};
    expect([status, code]).toEqual([503, 'UNAVAILABLE']);
    await pause(RETRY_MS);
  }
}

const over = new AbortController();
const acknowledged: string[] = [];

async function write(writer: number): Promise<void> {
  for (let n = 0; !over.signal.aborted; n++) {
    const slug = `fault-${writer}-${n}`;
    const made = await insist(CREATE, {
      parentId: lab.world.org('acme'),
      name: slug,
      slug,
      idempotencyKey: slug,
    } as never);
    expect(made).toMatchObject({ __typename: 'CreateOrganizationPayload' });
    const { id } = made['organization'] as { id: string };
    const key = {
      organizationId: id,
      name: slug,
      scopes: ['members:read'],
      idempotencyKey: `key of ${slug}`,
    };
    expect(await insist(ISSUE, key)).toMatchObject({
      __typename: expect.stringMatching(/^(CreateApiKeyPayload|SecretShownBeforeError)$/),
    });
    acknowledged.push(slug);
  }
}

async function read(): Promise<void> {
  while (!over.signal.aborted) {
    const { status } = await ask(READ);
    expect([200, 503]).toContain(status);
    if (status !== 200) await pause(RETRY_MS);
  }
}

it('Nothing that was acknowledged is lost or done twice by faults of the network, and every request ends in time', async () => {
  const stopControl = startControl(() => sql`select 1`.execute(lab.world.db));
  const clients = Promise.all([
    ...Array.from({ length: WRITERS }, (_, writer) => write(writer)),
    ...Array.from({ length: READERS }, () => read()),
  ]);
  const kinds = Object.keys(FAULT_KINDS) as (keyof typeof FAULT_KINDS)[];
  const inject = async (): Promise<void> => {
    for (let fault = 0; fault < FAULTS; fault++) {
      // Each kind once, so that the first few are worth something.
      const kind = kinds[fault] ?? random.pick(kinds);
      await FAULT_KINDS[kind]();
      await pause(between(100, 600));
    }
  };
  // A client that fails ends the run at once.
  await Promise.race([inject(), clients]);
  over.abort();
  await clients;
  const control = Math.max(...(await stopControl()));

  const took = answers.map(({ tookMs }) => tookMs);
  const failed = answers.filter(({ status }) => status !== 200);
  const unknown = failed.filter(({ outcome }) => outcome === 'UNKNOWN').length;
  const [row] = await lab.world.rows(sql<Record<string, number>>`
    with wanted as (select unnest(${acknowledged}::text[]) as slug),
      organizations as (select slug, count(*) from organizations where slug like 'fault-%' group by slug),
      keys as (select name as slug, count(*) from api_keys where name like 'fault-%' group by name),
      events as (select target_id, action, count(*) from audit_events
        where action in ('createOrganization', 'createApiKey') and refusal is null group by target_id, action)
    select (select count(*)::int from wanted w where not exists (select from organizations o where o.slug = w.slug)
        or not exists (select from keys k where k.slug = w.slug)) as lost,
      (select count(*)::int from (select count from organizations union all select count from keys union all select count from events) as c
        where count > 1) as doubled`);
  const db = lab.world.db;
  const [tree, trail, usage] = [
    await verifyTree(db),
    await verifyAuditLog(db),
    await verifyUsage(db),
  ];
  process.stdout.write(
    `${FAULTS} faults: ${answers.length} requests, ${failed.length} × 503 (${unknown} of them UNKNOWN), ${2 * acknowledged.length} effects ` +
      `acknowledged, ${row?.['lost']} lost, ${row?.['doubled']} doubled; p50 ${quantile(took, 0.5).toFixed(0)} ms, ` +
      `p99 ${quantile(took, 0.99).toFixed(0)} ms, at most ${Math.max(...took).toFixed(0)} ms; ` +
      `a statement that meets no fault takes ${control.toFixed(0)} ms at most\n`,
  );
  expect(row).toEqual({ lost: 0, doubled: 0 });
  expect([tree.differing, trail.broken, usage.differing]).toEqual([0, 0, 0]);
  expect(acknowledged.length).toBeGreaterThan(0);
  expect(Math.max(...took)).toBeLessThan(ENDS_MS + SLACK * control);
});
