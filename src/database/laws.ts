/**
 * Requirements that a database must meet before a gateway uses it
 * (docs/decisions/0022-database-roles.md).
 */
import { sql } from 'kysely';
import { ConfigurationError } from '../errors.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Database } from './connect.ts';
import { one } from './rows.ts';

/** Tables whose `organization_id` has no foreign key, each with the reason. */
export const UNKEYED: Readonly<Record<string, string>> = {
  audit_events: 'outlives the organization',
  retired_slugs: 'outlives the organization',
  usage_tail: 'written under the lock of the tree, and removed by a trigger with the organization',
  usage_totals:
    'written under the lock of the tree, and removed by a trigger with the organization',
};

export interface LawOptions {
  /**
   * In production, a setting that could lose data in a crash stops the start. Elsewhere it is a
   * warning.
   */
  production: boolean;
  /** Whether gateways should connect as a role other than the owner. */
  apart: boolean;
}

interface Findings {
  nullable: string[];
  unkeyed: string[];
  floats: string[];
  triggers: string[];
  constraints: string[];
  cycling: string[];
  settings: string[];
  replica: boolean;
  role: string;
  superuser: boolean;
  bypass: boolean;
  owns: boolean;
}

/**
 * Checks the schema, the settings and the role of a gateway's connection in one statement. Throws a
 * `ConfigurationError` that names the problem.
 */
export async function verifySchemaLaws(
  db: Database,
  { production, apart }: LawOptions,
  log: Logger,
): Promise<void> {
  const findings = await look(db);
  const broken = (names: readonly string[], sentence: (list: string) => string): void => {
    if (names.length > 0) throw new ConfigurationError(sentence(names.join(', ')));
  };
  broken(
    findings.nullable,
    (tables) => `organization_id may be null in ${tables}; every row belongs to an organization.`,
  );
  broken(findings.unkeyed, (tables) => `organization_id has no foreign key in ${tables}.`);
  broken(
    findings.floats,
    (columns) => `Quantities must be exact, and ${columns} cannot be: use numeric.`,
  );
  broken(
    findings.triggers,
    (triggers) => `Triggers are disabled: ${triggers}. Enable them, then run banyan check.`,
  );
  broken(
    findings.constraints,
    (constraints) => `Constraints are not enforced or not validated: ${constraints}.`,
  );
  broken(findings.cycling, (sequences) => `Sequences start over at their end: ${sequences}.`);
  if (findings.replica)
    throw new ConfigurationError(
      'session_replication_role is not origin for this connection, so no trigger would fire.',
    );
  verifyRole(findings, { production, apart }, log);
  if (findings.settings.length === 0) return;
  const sentence = `${findings.settings.join(', ')} of the database server must be on: a crash would lose or corrupt data`;
  if (production) throw new ConfigurationError(`${sentence}.`);
  log.warn({ settings: findings.settings }, sentence);
}

function verifyRole(
  { role, superuser, bypass, owns }: Findings,
  { production, apart }: LawOptions,
  log: Logger,
): void {
  if (apart) {
    const mend = 'give DATABASE_URL a role that owns nothing';
    if (superuser)
      throw new ConfigurationError(`The gateway's role ${role} is a superuser: ${mend}.`);
    if (bypass)
      throw new ConfigurationError(`The gateway's role ${role} may bypass row security: ${mend}.`);
    if (owns) throw new ConfigurationError(`The gateway's role ${role} owns tables: ${mend}.`);
  } else if (owns) {
    const sentence =
      'the gateway connects as the owner of the tables; DATABASE_MIGRATION_URL keeps the two apart';
    if (production) log.warn({ role, superuser }, sentence);
    else log.debug({ role, superuser }, sentence);
  }
}

async function look(db: Database): Promise<Findings> {
  return one(
    db,
    sql<Findings>`
      with tables as materialized (
        select c.oid, c.relname::text as name, c.relowner from pg_class c
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      ),
      tenant as materialized (
        select t.name, a.attnotnull as filled, exists (
          select from pg_constraint k
            where k.conrelid = t.oid and k.contype = 'f' and a.attnum = any (k.conkey)
        ) as keyed
        from tables t join pg_attribute a on a.attrelid = t.oid and a.attname = 'organization_id'
      )
      select
        array(select name from tenant where not filled order by 1) as nullable,
        array(select name from tenant
          where not keyed and name <> all (${Object.keys(UNKEYED)}::text[]) order by 1) as unkeyed,
        array(
          select t.name || '.' || a.attname from tables t join pg_attribute a on a.attrelid = t.oid
          where a.attnum > 0 and not a.attisdropped
            and a.atttypid in ('real'::regtype, 'double precision'::regtype) order by 1
        ) as floats,
        array(
          select t.name || '.' || g.tgname from tables t join pg_trigger g on g.tgrelid = t.oid
          where g.tgenabled not in ('O', 'A') order by 1
        ) as triggers,
        array(
          select t.name || '.' || k.conname from tables t join pg_constraint k on k.conrelid = t.oid
          where not k.convalidated or not k.conenforced order by 1
        ) as constraints,
        array(select s.seqrelid::regclass::text from pg_sequence s where s.seqcycle order by 1) as cycling,
        array(
          select name from unnest(array['fsync', 'full_page_writes', 'synchronous_commit']) as name
          where current_setting(name) = 'off'
        ) as settings,
        current_setting('session_replication_role') <> 'origin' as replica,
        r.rolname::text as role, r.rolsuper as superuser, r.rolbypassrls as bypass,
        exists (select from tables t where pg_has_role(current_user, t.relowner, 'usage')) as owns
      from pg_roles r where r.rolname = current_user`,
  );
}
