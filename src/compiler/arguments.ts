/** The arguments of a request, checked and brought into the form that statements take. */
import { getArgumentValues, type GraphQLField, type VariableValues } from 'graphql';
import { uncheckedPageOf } from '../database/keyset.ts';
import type { Viewer } from '../database/loaders.ts';
import type { FieldPlan } from './plan.ts';
import type { Prepared } from './slots.ts';

/** The arguments of all fields that take any. */
export function prepareAll(
  fields: readonly FieldPlan[],
  variables: VariableValues,
  viewer: Viewer,
): Prepared[] {
  const prepared: Prepared[] = [];
  for (const field of fields)
    prepared.push(
      prepare(
        field,
        variables,
        viewer,
        field.outer === undefined ? undefined : prepared[field.outer],
      ),
    );
  return prepared;
}

/** The arguments of a field as its form needs them. Throws what the resolver would throw. */
function prepare(
  { field, node, form }: FieldPlan,
  variables: VariableValues,
  viewer: Viewer,
  outer?: Prepared,
): Prepared {
  const given = getArgumentValues(
    field as GraphQLField<unknown, unknown>,
    node,
    variables,
  ) as Record<string, unknown>;
  const args = (
    form?.prepare as ((given: unknown, viewer: Viewer, outer: unknown) => unknown) | undefined
  )?.(given, viewer, outer?.args);
  if (form?.kind !== 'list') return { given, args, page: undefined };
  const page = uncheckedPageOf(given);
  // The types of a cursor's sort keys are known to the list.
  if (page.after || page.before) form.list.page(viewer, args as never, page);
  const isSizeOpen = !page.backward && (form.list.readsInOrder?.(args as never) ?? false);
  return { given, args, page, isSizeOpen };
}
