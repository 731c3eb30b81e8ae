/** Writes the statement of a document for a caller, with changes to its plan, and runs it. */
import { getArgumentValues, getVariableValues, Kind, parse } from 'graphql';
import { CompiledQuery, type RawBuilder } from 'kysely';
import type { Principal } from '../../src/authorization/principal.ts';
import type { Form } from '../../src/compiler/forms.ts';
import { Planner, type FieldPlan } from '../../src/compiler/plan.ts';
import { Slot, type Prepared } from '../../src/compiler/slots.ts';
import { StatementWriter } from '../../src/compiler/statement.ts';
import { uncheckedPageOf } from '../../src/database/keyset.ts';
import { schema } from '../../src/schema.ts';
import type { World } from '../setup/world.ts';

/** A change of a field's plan. */
export type Change = (plan: FieldPlan) => FieldPlan;

/** A field without its guard. */
export const unguarded: Change = (plan) => ({
  ...plan,
  field: { ...plan.field, extensions: {} } as FieldPlan['field'],
});

/** The root field, or another one, with these rows instead of those that its form would read. */
export const reading =
  (name: string, rows: RawBuilder<unknown>): Change =>
  (plan) =>
    plan.field.name === name
      ? {
          ...plan,
          form: {
            kind: 'rows',
            sql: () => rows,
            prepare: undefined,
            structural: [],
            check: undefined,
          },
        }
      : plan;

/** The answer of the statement for a document, with changes to its plan; undefined if there is no row. */
export async function writtenIn(
  world: World,
  document: string,
  principal: Principal,
  ...changes: Change[]
): Promise<string | undefined> {
  const [operation] = parse(document).definitions;
  const root = schema.getQueryType();
  const { variableValues: variables } = getVariableValues(schema, [], {});
  if (operation?.kind !== Kind.OPERATION_DEFINITION || !root || !variables)
    throw new RangeError(document);
  const planner = new Planner({ schema, fragments: new Map(), variables });
  const changed = (plan: FieldPlan): FieldPlan =>
    changes.reduce<FieldPlan>((each, change) => change(each), {
      ...plan,
      fields: plan.fields.map(changed),
      variants: plan.variants.map(({ type, fields }) => ({ type, fields: fields.map(changed) })),
    });
  const fields = planner.fieldsOf(root, [operation.selectionSet]).map(changed);
  const now = new Date('2026-11-29T00:00:00Z');
  const prepared: Prepared[] = [];
  for (const { field, node, form, outer } of planner.prepared) {
    const given = getArgumentValues(field as never, node, variables) as Record<string, unknown>;
    const args = form?.prepare?.(
      given as never,
      { principal, now },
      prepared[outer ?? -1]?.args as never,
    );
    prepared.push({
      given,
      args,
      page: form?.kind === 'list' ? uncheckedPageOf(given) : undefined,
    });
  }
  const forms = planner.prepared.map(({ form }): Form | undefined => form);
  const { sql: text, parameters } = new StatementWriter(principal, prepared, forms)
    .write(fields, 1_000_000)
    .compile(world.gatewayDb);
  const filled = parameters.map((value) =>
    value instanceof Slot ? value.read({ principal, now, proof: null, prepared }) : value,
  );
  const { rows } = await world.gatewayDb.executeQuery<{ answer: string }>(
    CompiledQuery.raw(text, filled),
  );
  return rows[0]?.answer;
}
