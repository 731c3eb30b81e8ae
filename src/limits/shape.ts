/** The shapes of selections: how many fields they have, and how deep they go. */
import { Kind, type FieldNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';
import { getOrAdd } from '../values/get-or-add.ts';
import { NOTHING, type Shape } from './plan.ts';

/** The shape of sibling selections. */
export function together(shapes: readonly Shape[]): Shape {
  const total = { ...NOTHING };
  for (const { fields, depth, nameLength } of shapes) {
    total.fields += fields;
    total.depth = Math.max(total.depth, depth);
    total.nameLength = Math.max(total.nameLength, nameLength);
  }
  return total;
}

/** The shape of a field with the given shape of its selection. */
export function above({ alias, name }: FieldNode, { fields, depth, nameLength }: Shape): Shape {
  return {
    fields: fields + 1,
    depth: depth + 1,
    nameLength: Math.max(nameLength, (alias ?? name).value.length),
  };
}

/** The shape of an introspection field, which can be determined without its types. */
export function introspectionShape(
  node: FieldNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  shapes = new Map<SelectionSetNode, Shape>(),
): Shape {
  const shapeOf = (set: SelectionSetNode | undefined): Shape => {
    if (!set) return NOTHING;
    return getOrAdd(shapes, set, () => {
      const siblings = set.selections.map((selection) => {
        if (selection.kind === Kind.FIELD) return introspectionShape(selection, fragments, shapes);
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        return shapeOf(fragment?.selectionSet);
      });
      return together(siblings);
    });
  };
  return above(node, shapeOf(node.selectionSet));
}
