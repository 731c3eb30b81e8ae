/** Everything that the catalog of a database says about what migrations made there, as lines that can be compared. */
import { sql } from 'kysely';
import type { Database } from '../../src/database/connect.ts';

/**
 * One statement per kind of object. Each gives a `key` that names the object and whatever describes it, with names instead
 * of object numbers. The order of columns in a table is left out: nothing reads a row by position.
 */
const KINDS: Readonly<Record<string, string>> = {
  relations: `
    select c.oid::regclass::text as key, c.relkind, c.relpersistence, c.reloptions::text[], c.relacl::text[], c.relrowsecurity,
      c.relforcerowsecurity, c.relreplident, c.relispartition, c.relowner::regrole::text, a.amname, c.reltablespace,
      pg_get_expr(c.relpartbound, c.oid) as bound, pg_get_partkeydef(c.oid) as partitioned,
      case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end as definition,
      array(select i.inhparent::regclass::text from pg_inherits i where i.inhrelid = c.oid) as parents
    from pg_class c left join pg_am a on a.oid = c.relam where c.relnamespace = 'public'::regnamespace`,
  columns: `
    select a.attrelid::regclass || '.' || a.attname as key, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull,
      pg_get_expr(d.adbin, d.adrelid) as default, a.attidentity, a.attgenerated, a.attcollation::regcollation::text, a.attstorage,
      a.attcompression, a.attacl::text[], a.attoptions, a.attfdwoptions, a.attstattarget, a.attinhcount, a.attislocal
    from pg_attribute a join pg_class c on c.oid = a.attrelid left join pg_attrdef d on (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
    where c.relnamespace = 'public'::regnamespace and a.attnum > 0 and not a.attisdropped`,
  constraints: `
    select coalesce(nullif(c.conrelid, 0)::regclass::text, c.contypid::regtype::text) || ' ' || c.conname as key, c.contype,
      pg_get_constraintdef(c.oid) as definition, c.condeferrable, c.condeferred, c.convalidated, c.conenforced, c.coninhcount,
      c.conislocal, c.connoinherit, c.conindid::regclass::text
    from pg_constraint c where c.connamespace = 'public'::regnamespace`,
  indexes: `
    select i.indexrelid::regclass::text as key, pg_get_indexdef(i.indexrelid) as definition, i.indisunique, i.indisprimary,
      i.indnullsnotdistinct, i.indimmediate, i.indisvalid, i.indisready, i.indislive, i.indisclustered, i.indisreplident
    from pg_index i join pg_class c on c.oid = i.indexrelid where c.relnamespace = 'public'::regnamespace`,
  functions: `
    select p.oid::regprocedure::text as key, p.prokind, p.proacl::text[], p.proowner::regrole::text,
      case when p.prokind <> 'a' then pg_get_functiondef(p.oid) end as definition, pg_get_function_result(p.oid) as result
    from pg_proc p where p.pronamespace = 'public'::regnamespace`,
  aggregates: `
    select a.aggfnoid::regprocedure::text as key, a.aggkind, a.aggnumdirectargs, a.aggtransfn::text, a.aggfinalfn::text, a.aggcombinefn::text,
      a.aggmtransfn::text, a.aggtranstype::regtype::text, a.agginitval, a.aggtransspace, a.aggfinalmodify, a.aggsortop, p.proparallel
    from pg_aggregate a join pg_proc p on p.oid = a.aggfnoid where p.pronamespace = 'public'::regnamespace`,
  triggers: `
    select t.tgrelid::regclass || ' ' || t.tgname as key, pg_get_triggerdef(t.oid) as definition, t.tgenabled
    from pg_trigger t join pg_class c on c.oid = t.tgrelid where c.relnamespace = 'public'::regnamespace and not t.tgisinternal`,
  'triggers of keys': `
    select t.tgrelid::regclass || ' ' || coalesce(k.conname, '') as key, t.tgfoid::regproc::text, t.tgtype, t.tgenabled, count(*)
    from pg_trigger t join pg_class c on c.oid = t.tgrelid left join pg_constraint k on k.oid = t.tgconstraint
    where c.relnamespace = 'public'::regnamespace and t.tgisinternal group by 1, 2, 3, 4`,
  rules: `
    select r.ev_class::regclass || ' ' || r.rulename as key, pg_get_ruledef(r.oid) as definition, r.ev_enabled
    from pg_rewrite r join pg_class c on c.oid = r.ev_class where c.relnamespace = 'public'::regnamespace`,
  sequences: `
    select s.seqrelid::regclass::text as key, s.seqtypid::regtype::text, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
      array(select d.refobjid::regclass || '.' || a.attname from pg_depend d join pg_attribute a on (a.attrelid, a.attnum) = (d.refobjid, d.refobjsubid)
        where d.classid = 'pg_class'::regclass and d.objid = s.seqrelid and d.deptype in ('a', 'i')) as belongs_to
    from pg_sequence s join pg_class c on c.oid = s.seqrelid where c.relnamespace = 'public'::regnamespace`,
  types: `
    select t.oid::regtype::text as key, t.typtype, t.typacl::text[], t.typnotnull, t.typdefault, t.typowner::regrole::text,
      format_type(nullif(t.typbasetype, 0), t.typtypmod) as base,
      array(select e.enumlabel::text from pg_enum e where e.enumtypid = t.oid order by e.enumsortorder) as labels
    from pg_type t where t.typnamespace = 'public'::regnamespace`,
  comments: `
    select pg_describe_object(d.classoid, d.objoid, d.objsubid) as key, d.description from pg_description d
    where (pg_identify_object(d.classoid, d.objoid, d.objsubid)).schema = 'public'
      or (pg_identify_object(d.classoid, d.objoid, d.objsubid)).identity like 'public.%' or d.objoid = 'public'::regnamespace`,
  'default privileges': `
    select pg_describe_object('pg_default_acl'::regclass, d.oid, 0) as key, d.defaclacl::text[] from pg_default_acl d`,
  schemas: `
    select n.nspname::text as key, n.nspacl::text[], n.nspowner::regrole::text from pg_namespace n where n.nspname !~ '^pg_(temp|toast)'`,
  extensions: `select e.extname::text as key, e.extversion from pg_extension e`,
  settings: `
    select coalesce(s.setrole::regrole::text, '') as key, s.setconfig from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase
    where d.datname = current_database()`,
  // Kinds of which there is none; one that is added is seen.
  others: `
    select pg_describe_object(o.class, o.oid, 0) as key from (
      select 'pg_policy'::regclass as class, oid from pg_policy
      union all select 'pg_event_trigger'::regclass, oid from pg_event_trigger
      union all select 'pg_publication'::regclass, oid from pg_publication
      union all select 'pg_statistic_ext'::regclass, oid from pg_statistic_ext
      union all select 'pg_operator'::regclass, oid from pg_operator where oprnamespace = 'public'::regnamespace
      union all select 'pg_opclass'::regclass, oid from pg_opclass where opcnamespace = 'public'::regnamespace
      union all select 'pg_collation'::regclass, oid from pg_collation where collnamespace = 'public'::regnamespace
      union all select 'pg_conversion'::regclass, oid from pg_conversion where connamespace = 'public'::regnamespace
      union all select 'pg_ts_config'::regclass, oid from pg_ts_config where cfgnamespace = 'public'::regnamespace
      union all select 'pg_ts_dict'::regclass, oid from pg_ts_dict where dictnamespace = 'public'::regnamespace
      union all select 'pg_cast'::regclass, oid from pg_cast where oid >= 16384
    ) as o`,
};

/**
 * A definition as the server reads it: its words and texts, without the space and the comments between them. Everything
 * else in the catalog is printed by the server; the body of a function stands there as it was written.
 */
export function asRead(definition: string): string {
  const parts = definition.match(/'(?:[^']|'')*'|--[^\n]*|[\w$]+|\S/g) ?? [];
  return parts.filter((part) => !part.startsWith('--')).join(' ');
}

/** One line for each object, by kind; in order. */
export async function readCatalog(db: Database): Promise<Record<string, string[]>> {
  const catalog: Record<string, string[]> = {};
  for (const [kind, statement] of Object.entries(KINDS)) {
    const { rows } = await sql<{ key: string }>`${sql.raw(statement)}`.execute(db);
    catalog[kind] = rows
      .map(({ key, ...facts }) => {
        if (kind === 'functions' && 'definition' in facts && typeof facts.definition === 'string')
          facts.definition = asRead(facts.definition);
        return `${key}: ${JSON.stringify(facts)}`;
      })
      .toSorted();
  }
  return catalog;
}

/** The rows of every table, without the numbers that differ from one database to the next. */
export async function readRows(db: Database): Promise<Record<string, string[]>> {
  const { rows: tables } = await sql<{ name: string }>`
    select c.relname::text as name from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and c.relname not like 'kysely\\_%' and c.relname <> 'migration_checksums' order by 1`.execute(
    db,
  );
  const found: Record<string, string[]> = {};
  for (const { name } of tables) {
    const { rows } = await sql<{
      row: string;
    }>`select (to_jsonb(t) - 'id')::text as row from ${sql.table(name)} t order by 1`.execute(db);
    found[name] = rows.map(({ row }) => row);
  }
  return found;
}
