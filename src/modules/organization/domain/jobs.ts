/** Checks whether organizations have set the DNS record that proves that they own a domain. */
import { Resolver } from 'node:dns/promises';
import { sql } from 'kysely';
import type { Database } from '../../../database/connect.ts';
import { many, maybeOne, type Columns } from '../../../database/rows.ts';
import { sqlState } from '../../../errors.ts';
import { enqueue } from '../../../jobs/queue.ts';
import type { Task } from '../../../jobs/worker.ts';
import type { Logger } from '../../../telemetry/log.ts';
import { recordName, recordValue } from './challenge.ts';

export interface DomainOptions {
  db: Database;
  log: Logger;
  /** Addresses of DNS servers, with a port if it is not 53; empty to use those of the machine. */
  dnsServers: readonly string[];
  /** The number of hours after which an unproven domain is FAILED. */
  pendingHours: number;
}

const DNS_TIMEOUT_MS = 3_000;
const DNS_TRIES = 2;
const DUE_AT_ONCE = 1_000;

/**
 * Returns the texts of the record, or why there are none: `absent` if the DNS says so, `unknown` if
 * it does not answer.
 */
async function readRecord(
  servers: readonly string[],
  domain: string,
): Promise<string[] | 'absent' | 'unknown'> {
  const resolver = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: DNS_TRIES });
  if (servers.length > 0) resolver.setServers(servers);
  try {
    return (await resolver.resolveTxt(recordName(domain))).map((parts) => parts.join(''));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return ['ENOTFOUND', 'ENODATA'].includes(code) ? 'absent' : 'unknown';
  }
}

/** The problem shown to the second organization that proves a domain. It reveals nothing about the first. */
const TAKEN = 'The TXT record is right, but the domain is verified for another organization.';

/** Whether the unique index of verified domains refused the row: another organization has the domain. */
function isTaken(error: unknown): boolean {
  return (
    sqlState(error) === '23505' &&
    (error as { constraint?: unknown }).constraint === 'organizations_verified_domain'
  );
}

type Verification = Columns<'domain_verifications', 'token' | 'domain'>;

/** Creates the task that checks one organization's domain. */
export function verifyDomainTask({
  db,
  dnsServers,
  pendingHours,
}: DomainOptions): Task<'verify_domain'> {
  return async ({ organizationId }) => {
    const verification = await maybeOne(
      db,
      sql<Verification>`
        select v.token, v.domain from domain_verifications v join organizations o on o.id = v.organization_id
        where v.organization_id = ${organizationId}::uuid and o.deleted_at is null`,
    );
    if (!verification) return;
    const records = await readRecord(dnsServers, verification.domain);
    if (records === 'unknown')
      return settle(
        db,
        organizationId,
        verification,
        'unknown',
        'The DNS did not answer.',
        pendingHours,
      );
    if (records === 'absent')
      return settle(
        db,
        organizationId,
        verification,
        'absent',
        'There is no such TXT record.',
        pendingHours,
      );
    const proven = records.includes(recordValue(verification.token));
    if (!proven)
      return settle(
        db,
        organizationId,
        verification,
        'absent',
        'The TXT record has a different value.',
        pendingHours,
      );
    try {
      return await settle(db, organizationId, verification, 'proven', null, pendingHours);
    } catch (error) {
      if (!isTaken(error)) throw error;
      return settle(db, organizationId, verification, 'absent', TAKEN, pendingHours);
    }
  };
}

/**
 * Stores the result of a check, unless a different domain was set meanwhile. A DNS that does not
 * answer proves nothing: it changes the status only of a domain that has been pending for too long.
 * While a domain is pending, the interval between checks is as long as it has been pending so far,
 * between one minute and one hour; afterwards it is a day.
 */
async function settle(
  db: Database,
  organizationId: string,
  { token }: Verification,
  outcome: 'proven' | 'absent' | 'unknown',
  problem: string | null,
  pendingHours: number,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    // Locks the organization first, as setting a domain does.
    await sql`select from organizations where id = ${organizationId}::uuid for no key update`.execute(
      tx,
    );
    await sql`
    with checked as (
      update domain_verifications v set
        checked_at = now(), problem = ${problem},
          verified_at = case when ${outcome === 'proven'} then coalesce(v.verified_at, now()) else v.verified_at end,
        next_check_at = now() + case
          when o.domain_setup_status = 'PENDING' and ${outcome !== 'proven'}
            then least(interval '1 hour', greatest(interval '1 minute', now() - v.requested_at))
          else interval '1 day' end
      from organizations o
      where o.id = v.organization_id and v.organization_id = ${organizationId}::uuid and v.token = ${token}
      returning v.organization_id, case
        when ${outcome} = 'proven' then 'VERIFIED'
        when o.domain_setup_status = 'PENDING'
          then case when v.requested_at + make_interval(hours => ${pendingHours}) <= now() then 'FAILED' else 'PENDING' end
        when ${outcome} = 'absent' then 'FAILED'
        else o.domain_setup_status end as status
    )
    update organizations o set domain_setup_status = c.status, updated_at = now(), version = o.version + 1
    from checked c
    where o.id = c.organization_id and o.domain is not null
      and o.domain_setup_status <> c.status`.execute(tx);
  });
}

/** Creates the task that finds domains whose next check is due, including verified ones. */
export function verifyDueDomainsTask({ db, log }: DomainOptions): Task<'verify_due_domains'> {
  return async () => {
    await db.transaction().execute(async (tx) => {
      const rows = await many(
        tx,
        sql<{ organization_id: string }>`
          update domain_verifications set next_check_at = now() + interval '1 hour' where organization_id in (
            select organization_id from domain_verifications where next_check_at <= now()
              order by next_check_at limit ${DUE_AT_ONCE}
            for update skip locked
          ) returning organization_id`,
      );
      await enqueue(
        tx,
        'verify_domain',
        rows.map(({ organization_id: organizationId }) => ({
          key: `verify_domain ${organizationId}`,
          payload: { organizationId },
        })),
      );
      if (rows.length > 0) log.debug({ domains: rows.length }, 'domains are due for a check');
    });
  };
}
