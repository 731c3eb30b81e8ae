/**
 * The states of audit events in SQL, by the same rules as `redact`: what is written into a statement
 * is which parts there are by each rule, and what the rule asks of the event `parent`.
 */
import { sql, type RawBuilder } from 'kysely';
import { casesOf, conditionOf } from '../../authorization/cases.ts';
import { can } from '../../authorization/rights.ts';
import type { Viewer } from '../../database/loaders.ts';
import { organizationById } from '../organization/queries.ts';
import { auditParts, type PartVisibility } from '../../command/audit-parts.ts';
import { NESTED } from './redaction.ts';

type Raw = RawBuilder<unknown>;

/** A state of the event `parent`. */
export type StateName = 'before' | 'after';

const nested = sql.lit(NESTED);

/** What a rule asks of the event `parent` and of the value of a part. */
function conditionFor(rule: PartVisibility, viewer: Viewer, value: Raw): Raw {
  const { principal } = viewer;
  if (rule === 'everybody') return sql`true`;
  if (rule === 'the person themselves')
    return sql`parent.actor_user_id = ${principal.user?.id ?? null}::uuid`;
  if (rule === 'whoever sees the organization') {
    const text = sql`(${value} #>> '{}')`;
    const id = sql`array[case when ${text} ~ '^org_[0-9a-f]{32}$' then substr(${text}, 5) end]`;
    return sql`exists (${organizationById.statement(viewer, id, null)})`;
  }
  return conditionOf(
    principal,
    casesOf(principal, (lineage) => rule.some((scope) => can(principal, scope, lineage))),
  );
}

/**
 * Whether the caller may see a part of a state of the event `parent`. A part without a rule is
 * shown to nobody.
 */
function isPartVisible(viewer: Viewer, name: Raw, value: Raw): Raw {
  const byRule = Map.groupBy(auditParts(), ([, rule]) => JSON.stringify(rule));
  const alternatives = [...byRule.values()].flatMap((group) => {
    const [[, rule] = []] = group;
    const names = group.map(([part]) => part);
    return rule === undefined
      ? []
      : [
          sql`parent.target_type || '.' || ${name} = any (${names}::text[]) and ${conditionFor(rule, viewer, value)}`,
        ];
  });
  return sql`coalesce(${sql.join(alternatives, sql` or `)}, false)`;
}

/** The parts of an object, in their order; none of anything else. */
const partsOf = (object: Raw): Raw =>
  sql`jsonb_each(case when jsonb_typeof(${object}) = 'object' then ${object} else '{}' end) with ordinality`;

/** A value as JSON without spaces, as it is written everywhere else. Texts are left as they are. */
const compact = (value: Raw): Raw =>
  sql`regexp_replace(${value}::text, '("(?:[^"\\\\]|\\\\.)*")|([:,]) ', '\\1\\2', 'g')`;

/** An object out of rows with `key`, `text` and `n`. */
const objectOf = (rows: Raw): Raw =>
  sql`(select '{' || coalesce(string_agg(to_json(key)::text || ':' || text, ',' order by n), '') || '}' from (${rows}) as visible)`;

/** A state of the event `parent` without the parts that the caller may not see. */
export function stateAsSeen(viewer: Viewer, state: StateName): Raw {
  const value = sql`parent.${sql.ref(state)}`;
  const inner = objectOf(sql`
    select inside.key, inside.n, ${compact(sql`inside.value`)} as text from ${partsOf(sql`part.value`)} as inside (key, value, n)
    where ${isPartVisible(viewer, sql`${sql.lit(`${NESTED}.`)} || inside.key`, sql`inside.value`)}`);
  const outer = objectOf(sql`
    select part.key, part.n, case when part.key <> ${nested} then ${compact(sql`part.value`)} when part.value = 'null' then 'null' else ${inner} end as text
    from ${partsOf(value)} as part (key, value, n)
    where part.key = ${nested} or ${isPartVisible(viewer, sql`part.key`, sql`part.value`)}`);
  return sql`case when ${value} is not null then ${outer}::json end`;
}

/** The names of the parts that `stateAsSeen` leaves out of both states of the event `parent`. */
export function redactedParts(viewer: Viewer): Raw {
  return sql`array(
    select state.name || '.' || part.name
    from (values (1, 'before', parent.before), (2, 'after', parent.after)) as state (n, name, value)
    cross join lateral (
      select key as name, value, n, 0::bigint as inner_n from ${partsOf(sql`state.value`)} as each (key, value, n) where key <> ${nested}
      union all
      select ${sql.lit(`${NESTED}.`)} || inside.key, inside.value, each.n, inside.n
      from ${partsOf(sql`state.value`)} as each (key, value, n) cross join lateral ${partsOf(sql`each.value`)} as inside (key, value, n)
      where each.key = ${nested}
    ) as part
    where not ${isPartVisible(viewer, sql`part.name`, sql`part.value`)}
    order by state.n, part.n, part.inner_n
  )`;
}
