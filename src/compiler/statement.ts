/**
 * Writes the statement of a plan: each object becomes a JSON row, each list an aggregate of them, out
 * of the forms and list definitions that the resolvers use as well (docs/compiler.md).
 *
 * A field that the caller may not read, or that must have a value and has none, becomes REFUSED in
 * the text. An answer that contains it is thrown away, and the resolvers find the error.
 */
import { sql, type RawBuilder } from 'kysely';
import type { GraphQLObjectType } from 'graphql';
import type { AskedNodes, NodesForm } from '../graphql/node.ts';
import type { Principal } from '../authorization/principal.ts';
import { publicIdInSql } from '../database/id.ts';
import { cursorInSql } from '../database/keyset.ts';
import { boundedCountOfParent, countOfParent } from '../database/counts.ts';
import type { ListDefinition } from '../database/list.ts';
import type { Viewer } from '../database/loaders.ts';
import { Unsupported, type Form, type FormInput } from './forms.ts';
import { casesOf, conditionOf, constantOf } from '../authorization/cases.ts';
import type { IdType } from '../values/ids.ts';
import { ConnectionParts, isOfList, listNameInSql, readsPage } from './connection.ts';
import { guardOf, type Guard } from './guard.ts';
import { arrayOf, joined, leaf } from './json.ts';
import { isNodeId, type FieldPlan, type ObjectPlan } from './plan.ts';
import { slot, symbolicArguments, symbolicPage, type Prepared } from './slots.ts';

type Raw = RawBuilder<unknown>;

/** What no value is written as: a text of PostgreSQL never contains U+0000. */
export const REFUSED = String.raw`"\u0000"`;
const refused: Raw = sql`${sql.lit(REFUSED)}::json`;

/** Writes one statement. */
export class StatementWriter {
  readonly #viewer: Viewer;
  readonly #prepared: readonly Prepared[];
  /** The forms of the fields that take arguments, by their place. */
  readonly #forms: readonly (Form | undefined)[];

  /** `principal` is symbolic; `prepared` are the arguments of the first request of this shape. */
  constructor(
    principal: Principal,
    prepared: readonly Prepared[],
    forms: readonly (Form | undefined)[],
  ) {
    this.#forms = forms;
    this.#viewer = { principal, now: slot(({ now }) => now) };
    this.#prepared = prepared;
  }

  /**
   * The statement of root fields: one row with `answer` and the time, or none if a root field has no
   * value, the answer has more bytes than `bytesMax`, or `isCaller` does not hold.
   */
  write(fields: readonly FieldPlan[], bytesMax: number, isCaller?: RawBuilder<boolean>): Raw {
    const required = [sql`true`, ...fields.map(({ key }) => sql`x.${sql.ref(key)} is not null`)];
    // Without the offset, the planner computes each column once for its condition and once more.
    const answer = sql`
      select row_to_json(x.*)::text as answer from (select ${this.#columns(fields)} offset 0) as x where ${sql.join(required, sql` and `)}`;
    // Nothing is read for a caller who is not authenticated: CASE keeps this order.
    const checked = isCaller
      ? sql`select case when ${isCaller} then (${answer}) end as answer`
      : answer;
    return sql`with written as materialized (${checked}) select answer, extract(epoch from now())::float8 * 1000 as now from written where octet_length(answer) <= ${bytesMax}`;
  }

  #columns(fields: readonly FieldPlan[]): Raw {
    return joined(fields.map((plan) => sql`${this.#guarded(plan)} as ${sql.ref(plan.key)}`));
  }

  /** The value of a field where the caller may read it. */
  #guarded(plan: FieldPlan): Raw {
    const guard = guardOf(plan.field);
    const ofType = guardOf(plan.parentType);
    // A function decides about rows: that guard is the condition "visibility".
    if (ofType && typeof ofType !== 'function' && !this.#passes(ofType, plan, {}))
      throw new Unsupported(`${plan.parentType.name} is refused`);
    const { form } = plan;
    const unchecked = this.#value(plan);
    const value = form?.check
      ? sql`case when ${form.check(this.#input(plan))} then to_json(${unchecked}) else ${refused} end`
      : unchecked;
    if (guard === undefined) return value;
    const cases = casesOf(this.#viewer.principal, (lineage) =>
      this.#passes(guard, plan, { lineage, organization: { lineage } }),
    );
    const constant = constantOf(cases);
    if (constant === false)
      throw new Unsupported(`${plan.parentType.name}.${plan.field.name} is refused`);
    return constant
      ? value
      : sql`case when ${conditionOf(this.#viewer.principal, cases)} then to_json(${value}) else ${refused} end`;
  }

  #passes(guard: Guard, { at }: FieldPlan, row: object): boolean {
    const { principal } = this.#viewer;
    if (typeof guard !== 'function') {
      return (
        (!guard.authenticated || principal.credential !== null) &&
        (!guard.organization || principal.organization !== null)
      );
    }
    try {
      return guard(row, (at !== undefined && this.#prepared[at]?.given) || {}, {
        principal,
        organizationHeader: '',
      });
    } catch {
      return false;
    }
  }

  #value(plan: FieldPlan): Raw {
    const { form, field, parentType, column } = plan;
    if (field.name === '__typename') return sql`${sql.lit(parentType.name)}::text`;
    if (form?.kind === 'list') return this.#connection(plan, form.list);
    if (form?.kind === 'nodes') return this.#nodes(plan, form);
    if (form?.kind === 'rows') return this.#objects(plan, form.sql(this.#input(plan)));
    if (form?.kind === 'value') return leaf(plan, form.sql(this.#input(plan)));
    if (isNodeId(parentType, field.name))
      return publicIdInSql(parentType.name as IdType, sql`parent.id`);
    if (column !== undefined && plan.fields.length === 0)
      return leaf(plan, sql`parent.${sql.ref(column)}`);
    throw new Unsupported(`${parentType.name}.${field.name}`);
  }

  #input({ at, outer, form }: FieldPlan): FormInput<never, never> {
    return {
      viewer: this.#viewer,
      args: this.#symbolic(at, form),
      outer: this.#symbolic(outer, this.#forms[outer ?? -1]),
    };
  }

  #symbolic(at: number | undefined, form: Form | undefined): never {
    const prepared = at === undefined ? undefined : this.#prepared[at];
    return (
      prepared && at !== undefined
        ? symbolicArguments(prepared.args, form?.structural ?? [], at)
        : undefined
    ) as never;
  }

  #objects(plan: FieldPlan, rows: Raw): Raw {
    const json = this.#row(plan);
    if (plan.isList) return arrayOf(sql`select ${json} from (${rows}) as parent`);
    const object = sql`(select ${json} from (${rows}) as parent)`;
    return plan.isNonNull ? sql`coalesce(${object}, ${refused})` : object;
  }

  /** The nodes with the ids of the arguments, each read by its type. One that is missing is refused. */
  #nodes(plan: FieldPlan, { batchOf }: NodesForm): Raw {
    const { types, typeOfEach, uuids } = this.#input(plan).args as AskedNodes;
    const choices = plan.variants
      .filter(({ type }) => types.some((name) => name === type.name))
      .map((variant) => {
        const rows = batchOf(variant.type.name as IdType);
        if (!rows) throw new Unsupported(variant.type.name);
        const statement = rows.statement(this.#viewer, sql`array[wanted.id]`, null);
        return sql`when ${sql.lit(variant.type.name)} then (select ${this.#row(variant)} from (${statement}) as parent)`;
      });
    const nodes = sql`
      select coalesce(case wanted.type ${sql.join(choices, sql` `)} end, ${refused})
      from unnest(${typeOfEach}::text[], ${uuids}::uuid[]) with ordinality as wanted (type, id, n) order by wanted.n`;
    return plan.isList ? arrayOf(nodes) : sql`(${nodes})`;
  }

  /** The row `parent` as JSON, if the caller may see it. */
  #row({ type, fields }: Pick<FieldPlan, 'type' | 'fields'> | ObjectPlan): Raw {
    const json = sql`(select row_to_json(x.*) from (select ${this.#columns(fields)}) as x)`;
    const { visibility } = (type as GraphQLObjectType).extensions as {
      visibility?: (principal: Principal) => RawBuilder<boolean>;
    };
    return visibility
      ? sql`case when ${visibility(this.#viewer.principal)} then ${json} else ${refused} end`
      : json;
  }

  /** A page of a list of `parent`, which is called `owner` inside. */
  #connection(plan: FieldPlan, list: ListDefinition<never, unknown>): Raw {
    const { args } = this.#input(plan);
    const { at } = plan;
    const { page, isSizeOpen } = (at === undefined ? undefined : this.#prepared[at]) ?? {};
    if (at === undefined || !page) throw new Unsupported('a list without a page');
    const name = listNameInSql(list, args, sql`owner.id`);
    // A parent that is not one of the list's has no rows.
    const isListed = list.parents.includes(this.#viewer, args);
    const readers = plan.fields.filter(({ field }) => readsPage(field));
    const isShared = readers.length > 1 || readers.some(({ field }) => field.name === 'pageInfo');
    const parts = new ConnectionParts(
      { list, args, name },
      { page, at, isSizeOpen: isSizeOpen ?? false },
      isShared,
      (limit) =>
        sql`select listed.* from (${list.page(this.#viewer, args, symbolicPage({ ...page, limit }, at))}) as listed where ${isListed}`,
    );
    const columns = joined(
      plan.fields.map((part) => sql`${this.#part(part, parts)} as ${sql.ref(part.key)}`),
    );
    const rows = isShared ? sql`with page as materialized (${parts.rows})` : sql``;
    const json = sql`(${rows} select row_to_json(x.*) from (select ${columns}) as x)`;
    const checks = (['after', 'before'] as const)
      .filter((end) => page[end])
      .map((end) => isOfList(listNameInSql(list, args, sql`parent.id`), at, end));
    return checks.length === 0
      ? json
      : sql`case when ${sql.join(checks, sql` and `)} then ${json} else ${refused} end`;
  }

  /** A field of a connection. */
  #part(plan: FieldPlan, parts: ConnectionParts): Raw {
    const { field, fields, parentType } = plan;
    switch (field.name) {
      case '__typename':
        return sql`${sql.lit(parentType.name)}::text`;
      case 'totalCount':
        return countOfParent(parts.list, this.#viewer, parts.args);
      case 'boundedCount': {
        const { args } = this.#input(plan);
        return this.#objects(
          plan,
          boundedCountOfParent(parts.list, this.#viewer, parts.args, args),
        );
      }
      case 'nodes':
        return arrayOf(sql`select ${this.#row(plan)} from ${parts.visible}`);
      case 'edges': {
        const columns = joined(
          fields.map((part) => sql`${this.#edgePart(part, parts)} as ${sql.ref(part.key)}`),
        );
        const json = sql`(select row_to_json(x.*) from (select ${columns}) as x)`;
        return arrayOf(sql`select ${json} from ${parts.visible}`);
      }
      case 'pageInfo': {
        const columns = joined(
          fields.map((part) => sql`${parts.pageInfo(part)} as ${sql.ref(part.key)}`),
        );
        return sql`(select row_to_json(x.*) from (select ${columns}) as x)`;
      }
      default:
        throw new Unsupported(`${parentType.name}.${field.name}`);
    }
  }

  /** A field of an edge, whose row is `parent`. */
  #edgePart(plan: FieldPlan, parts: ConnectionParts): Raw {
    if (plan.field.name === 'cursor') return cursorInSql(parts.name, sql`parent.sort_keys`);
    return plan.field.name === 'node' ? this.#row(plan) : this.#guarded(plan);
  }
}
