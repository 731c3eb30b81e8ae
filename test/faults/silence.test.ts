import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENDS_MS, createLab, unavailable, type Answer, type Lab } from './lab.ts';

/** More than the pool holds, several times over. */
const CALLERS = 40;
/** The pool is whole this long after packets pass again. */
const HEALS_MS = 2_000;
/** Beside that, so many times what a wave of requests took shortly before, when nothing was wrong; little on idle cores. */
const SLACK = 3;
const WHOLE_MS = 30_000;

let lab: Lab;
/** How long a wave of requests took while nothing was wrong, the last time. */
let waveMs = 0;
beforeAll(async () => {
  lab = await createLab();
});
afterAll(() => lab.close());

const READ = '{ organization { slug children { totalCount } } }';
const readAtOnce = (): Promise<Answer[]> =>
  Promise.all(Array.from({ length: CALLERS }, () => lab.ask(READ)));

/** Figures of the run, for whoever reads its output. */
function report(what: string, answers: readonly Answer[]): void {
  const took = answers.map(({ tookMs }) => Math.round(tookMs)).toSorted((a, b) => a - b);
  const codes = Object.entries(
    Object.groupBy(answers, ({ status, code }) => `${status} ${code ?? 'ok'}`),
  );
  const counts = codes.map(([code, list]) => `${list?.length} × ${code}`).join(', ');
  process.stdout.write(`${what}: ${counts}; ${took[0]} to ${took.at(-1)} ms\n`);
}

function expectUnavailable(answers: readonly Answer[]): void {
  for (const answer of answers) {
    expect(answer).toMatchObject(unavailable('NOTHING_CHANGED'));
    expect(answer.tookMs).toBeLessThan(ENDS_MS + SLACK * waveMs);
  }
}

/** Waits until a wave of requests is answered, and notes how long one takes. */
async function measureWave(): Promise<void> {
  for (const end = performance.now() + WHOLE_MS; ;) {
    const started = performance.now();
    const answers = await readAtOnce();
    waveMs = performance.now() - started;
    if (answers.every(({ status }) => status === 200)) return;
    expect(performance.now()).toBeLessThan(end);
  }
}

/** A wave of requests that began within the time to heal is answered, over all connections at once. */
async function expectHealed(what: string): Promise<void> {
  const started = performance.now();
  let answers: Answer[];
  do answers = await readAtOnce();
  while (
    answers.some(({ status }) => status !== 200) &&
    performance.now() - started < HEALS_MS + SLACK * waveMs
  );
  report(`${what}, healed after ${Math.round(performance.now() - started)} ms`, answers);
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  expect(await lab.ready()).toBe(200);
}

describe('a database that vanishes without a word', () => {
  it.each(['swallow', 'swallow replies', 'stall'] as const)(
    'fails each request in time and is whole again soon after (%s)',
    async (mode) => {
      await measureWave();
      lab.proxy.mode(mode);
      const [answers, readiness] = await Promise.all([readAtOnce(), lab.ready()]);
      report(mode, answers);
      expectUnavailable(answers);
      expect(readiness).toBe(503);
      lab.proxy.mode('pass');
      await expectHealed(mode);
    },
  );

  it('is found again while connections are being made', async () => {
    await measureWave();
    lab.proxy.mode('swallow');
    const waves = Promise.all([readAtOnce(), wait(2_500).then(readAtOnce)]);
    await wait(3_000);
    lab.proxy.mode('pass');
    await expectHealed('late');
    const [first, second] = await waves;
    report('first wave', first);
    report('second wave', second);
    expectUnavailable(first);
    // Those that waited for a connection when packets passed again may have got one.
    expectUnavailable(second.filter(({ status }) => status !== 200));
  });
});

describe('a change whose commit is not answered', () => {
  const create = (slug: string): Promise<Answer> =>
    lab.ask(
      'mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { __typename } }',
      {
        input: {
          parentId: lab.world.org('acme'),
          name: 'Doubtful',
          slug,
          idempotencyKey: `key-${slug}`,
        },
      },
    );
  const count = async (slug: string): Promise<number> =>
    (await lab.world.db.selectFrom('organizations').select('id').where('slug', '=', slug).execute())
      .length;

  it.each([
    { what: 'reply', made: 1 },
    { what: 'statement', made: 0 },
  ] as const)(
    'is told as unknown, and has one effect when it is sent again (its $what was lost)',
    async ({ what, made }) => {
      await measureWave();
      const slug = `lost-${what}`;
      lab.proxy.lose(what, 'commit\0');
      const answer = await create(slug);
      report(`lost ${what}`, [answer]);
      expect(answer).toMatchObject({
        ...unavailable('UNKNOWN'),
        data: { createOrganization: null },
      });
      expect(answer.tookMs).toBeLessThan(ENDS_MS + SLACK * waveMs);
      expect(await count(slug)).toBe(made);
      expect(await create(slug)).toMatchObject({
        status: 200,
        data: { createOrganization: { __typename: 'CreateOrganizationPayload' } },
      });
      expect(await count(slug)).toBe(1);
    },
  );

  it('is told as unknown where it was made and the rest of its answer is lost, and is answered when it is sent again', async () => {
    await measureWave();
    const attempt = (): Promise<Answer> =>
      lab.ask(
        `mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { ... on CreateOrganizationPayload {
          organization { slug descendants(search: "needle-below") { totalCount } }
        } } }`,
        {
          input: {
            parentId: lab.world.org('acme'),
            name: 'Half told',
            slug: 'half-told',
            idempotencyKey: 'key-half-told',
          },
        },
      );
    // Read after the commit, which was answered.
    lab.proxy.lose('statement', 'needle-below');
    const answer = await attempt();
    expect(answer).toMatchObject({ code: 'UNAVAILABLE', outcome: 'UNKNOWN' });
    expect(answer.data).toMatchObject({
      createOrganization: { organization: { slug: 'half-told', descendants: null } },
    });
    expect(await count('half-told')).toBe(1);
    const again = await attempt();
    expect(again).toMatchObject({
      status: 200,
      data: {
        createOrganization: { organization: { slug: 'half-told', descendants: { totalCount: 0 } } },
      },
    });
    expect(await count('half-told')).toBe(1);
  });

  it('changed nothing when an earlier statement is the one that is lost', async () => {
    // The slug is among the values of the statements that make it.
    lab.proxy.lose('statement', 'lost-early');
    expect(await create('lost-early')).toMatchObject(unavailable('NOTHING_CHANGED'));
    expect(await count('lost-early')).toBe(0);
  });
});

describe('a statement that takes long', () => {
  it('is waited for while the server works on it', async () => {
    await measureWave();
    await lab.world.db.transaction().execute(async (tx) => {
      await sql`lock table usage_metrics in access exclusive mode`.execute(tx);
      const slow = lab.ask('{ usageMetrics { key } }');
      await wait(3_000);
      await sql`rollback`.execute(tx);
      expect(await slow).toMatchObject({ status: 200 });
    });
  });
});
