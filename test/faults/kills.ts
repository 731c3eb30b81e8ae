/** Kills gateways and their embedded database while clients write, and accounts for every write afterwards. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect } from 'vitest';
import { startEmbedded } from '../../src/embedded-postgres/start.ts';
import { backendsOf, postmasterOf, removeDataFolder } from '../cli/data-folder.ts';
import { run, serve, type RunningGateway } from '../cli/run.ts';
import {
  bootstrapPartner,
  createBelow,
  startProvisioner,
  wholeInput,
  type Created,
} from '../setup/partner.ts';

/** What is killed: the main process of the database, one of its sessions, the gateway, or gateway and database together. */
export type Victim = 'database' | 'session' | 'gateway' | 'both';

const CLIENTS = 6;
/** Organizations that are created for each kill; it comes in the middle of them. */
const WRITES_PER_KILL = 10;
/** Between two tries of a client that was not answered. */
const RETRY_MS = 20;

/** From each kill to the first answer to a write that was sent after it, in milliseconds. */
export type Outages = Record<Victim, number[]>;

/**
 * Kills each of `victims` in turn while clients create organizations, each with the same key until it is answered. Then
 * expects that each organization was created once, whole, with all that follows from it, and that nothing differs.
 */
export async function killWhileWriting(victims: readonly Victim[]): Promise<Outages> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'banyan-kills-'));
  const { service, effects, environment: provisioning } = await startProvisioner();
  const environment = {
    DATA_DIR: dataDir,
    PORT: '0',
    LOG_LEVEL: 'error',
    INVITATION_MAILS_PER_SENDER: '1000000',
    INVITATION_MAILS_PER_DAY: '1000000',
    ...provisioning,
  };
  const count = victims.length * WRITES_PER_KILL;
  const numbers = Array.from({ length: count }, (_, n) => `+1202555${String(n).padStart(4, '0')}`);
  let gateway: RunningGateway | undefined;
  try {
    const partner = await bootstrapPartner(environment);
    expect(await run(['phone-numbers', 'add', ...numbers], environment)).toMatchObject({ code: 0 });
    gateway = await serve(environment);

    const outages: Outages = { database: [], session: [], gateway: [], both: [] };
    const answers = new Map<string, Created>();
    const wanted = Array.from({ length: count }, (_, n) => `killed-${n}`);
    const left = [...victims];
    let restarting: Promise<void> = Promise.resolve();
    let last: { victim: Victim; at: number } | undefined;

    const kill = async (victim: Victim): Promise<void> => {
      const postmaster = await postmasterOf(dataDir);
      const [session] = victim === 'session' ? await backendsOf(dataDir, 'banyan_gateway') : [];
      last = { victim, at: performance.now() };
      if (victim === 'database' || victim === 'both') process.kill(postmaster, 'SIGKILL');
      if (session !== undefined) process.kill(session, 'SIGKILL');
      if (victim === 'gateway' || victim === 'both') {
        await gateway?.end('SIGKILL');
        gateway = await serve(environment);
      }
    };
    const create = async (slug: string): Promise<Created | undefined> => {
      const sentAt = performance.now();
      try {
        const { status, data, errors } = await createBelow(
          gateway?.url ?? '',
          partner,
          wholeInput(slug),
        );
        if (errors) expect(errors[0]?.extensions.code).toBe('UNAVAILABLE');
        if (status !== 200 || errors || !data) return undefined;
        if (last && sentAt > last.at) {
          outages[last.victim].push(performance.now() - last.at);
          last = undefined;
        }
        return data.createOrganization;
      } catch (error) {
        // The connection was refused or reset, or the answer cut off.
        if (error instanceof TypeError || error instanceof SyntaxError) return undefined;
        throw error;
      }
    };
    const client = async (): Promise<void> => {
      for (let slug = wanted.shift(); slug !== undefined; slug = wanted.shift()) {
        let answer = await create(slug);
        while (answer === undefined) {
          await sleep(RETRY_MS);
          await restarting;
          answer = await create(slug);
        }
        answers.set(slug, answer);
        const victim =
          answers.size % WRITES_PER_KILL === WRITES_PER_KILL / 2 ? left.shift() : undefined;
        if (victim) restarting = kill(victim);
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    await restarting;
    expect(left).toEqual([]);
    report(outages);
    await account(dataDir, [...answers.values()]);
    // The service was asked more than once for some, and did each once.
    expect(effects.size).toBe(count);
    for (const what of [['check'], ['usage', 'check']])
      expect(await run(what, environment)).toMatchObject({ code: 0, stderr: '' });
    expect(await gateway.end('SIGTERM')).toMatchObject({ code: 0 });
    gateway = undefined;
    for (const what of [['check'], ['usage', 'check']])
      expect(await run(what, environment)).toMatchObject({ code: 0, stderr: '' });
    return outages;
  } finally {
    await gateway?.end('SIGTERM');
    await service.close();
    await removeDataFolder(dataDir);
  }
}

/** What so many percent of the times are at most. */
export function percentile(times: readonly number[], percent: number): number {
  return times.toSorted((a, b) => a - b)[Math.ceil((percent / 100) * times.length) - 1] ?? NaN;
}

function report(outages: Outages): void {
  for (const [victim, times] of Object.entries(outages)) {
    const [median, most, worst] = [50, 95, 100].map((percent) =>
      percentile(times, percent).toFixed(0),
    );
    process.stdout.write(
      `${victim} killed ${times.length} times: p50 ${median} ms, p95 ${most} ms, at most ${worst} ms\n`,
    );
  }
}

/** Waits until all jobs are done, beside the gateway, and compares what there is with what was answered. */
async function account(dataDir: string, created: readonly Created[]): Promise<void> {
  const guest = await startEmbedded({ dataDir, shared: true });
  const client = new pg.Client({ connectionString: guest.ownerUrl });
  await client.connect();
  try {
    await expect
      .poll(
        async () =>
          (await client.query(`select from provisioning_steps where status <> 'DONE'`)).rowCount,
        {
          timeout: 60_000 + created.length * 1_000,
        },
      )
      .toBe(0);
    const one = created.length;
    expect(new Set(created.map(({ organization }) => organization.id)).size).toBe(one);
    for (const { invitations } of created) expect(invitations).toHaveLength(3);
    const { rows } = await client.query(`
      select (select count(*)::int from organizations where slug like 'killed-%') as organizations,
        (select count(*)::int from invitations) as invitations,
        (select count(*)::int from provisioning_steps where organization_id in (select id from organizations where slug like 'killed-%')) as steps,
        (select count(*)::int from assigned_phone_numbers) as numbers,
        (select count(*)::int from billing_accounts b join organizations o on o.id = b.organization_id
           where o.slug like 'killed-%' and b.status = 'active') as billing,
        (select count(*)::int from domain_verifications) as domains,
        (select count(*)::int from audit_events
           where action = 'createOrganization' and target_type = 'Organization' and refusal is null and actor_kind = 'API_KEY') as events`);
    expect(rows).toEqual([
      {
        organizations: one,
        invitations: 3 * one,
        steps: 5 * one,
        numbers: one,
        billing: one,
        domains: one,
        events: one,
      },
    ]);
    const items = await client.query(`
      select kind, count(*)::int as count from inventory_items where kind in ('KNOWLEDGE_BASE', 'PHONE_NUMBER', 'TELEPHONY_TRUNK')
      group by kind order by kind`);
    expect(items.rows.map((row: { count: number }) => row.count)).toEqual([one, one, one]);
  } finally {
    await client.end();
    await guest.stop();
  }
}
