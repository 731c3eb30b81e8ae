/**
 * Measures what a document asks for, by its syntax alone: before validation, and in time linear in
 * its length.
 */
import type {
  DefinitionNode,
  DocumentNode,
  FragmentDefinitionNode,
  SelectionSetNode,
} from 'graphql';

/** The limits of one document. Each is reported under its own name. */
export interface DocumentLimits {
  /** Operations in the document; a request runs one of them. */
  operations: number;
  /** Nested levels of fields, with fragments expanded. */
  depth: number;
  /** Root fields of one operation, with fragments expanded. */
  rootFields: number;
  /** Aliased fields of one operation, with fragments expanded. */
  aliases: number;
  /** Fields of one operation, with fragments expanded. */
  fields: number;
  /** Fields with a selection set in one operation, with fragments expanded. */
  selectionSets: number;
  /** Directives at one location. */
  directivesPerLocation: number;
  /** Directives in the document. */
  directives: number;
  /** Variables that one operation declares or a request sends. */
  variables: number;
}

/**
 * The default limits. They are enough for GraphiQL's introspection and for a page of a console;
 * docs/decisions/0018-edge-limits.md has the figures.
 */
export const DOCUMENT_LIMITS: DocumentLimits = {
  operations: 10,
  depth: 15,
  rootFields: 10,
  aliases: 30,
  fields: 1_000,
  selectionSets: 150,
  directivesPerLocation: 5,
  directives: 25,
  variables: 100,
};

/** How much of each limit a document uses; the largest operation counts. */
export type DocumentSize = Readonly<DocumentLimits>;

/** The size of a selection set with all its fragments expanded. */
interface Extent {
  depth: number;
  rootFields: number;
  aliases: number;
  fields: number;
  selectionSets: number;
}

const NOTHING: Extent = { depth: 0, rootFields: 0, aliases: 0, fields: 0, selectionSets: 0 };

/**
 * Measures a document that was parsed but not yet validated. Each fragment is measured once, so
 * fragments that spread each other cost no more than their text. A fragment inside itself counts as
 * nothing there; validation refuses it later.
 */
export function measureDocument(document: DocumentNode): DocumentSize {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === 'FragmentDefinition') fragments.set(definition.name.value, definition);
  }
  const measured = new Map<string, Extent>();
  const fragmentExtent = (name: string): Extent => {
    const earlier = measured.get(name);
    if (earlier) return earlier;
    const fragment = fragments.get(name);
    if (!fragment) return NOTHING;
    measured.set(name, NOTHING);
    const extent = extentOf(fragment.selectionSet, fragmentExtent);
    measured.set(name, extent);
    return extent;
  };
  const size = { operations: 0, variables: 0, ...NOTHING, ...countDirectives(document) };
  for (const definition of document.definitions) {
    if (definition.kind !== 'OperationDefinition') continue;
    size.operations++;
    size.variables = Math.max(size.variables, definition.variableDefinitions?.length ?? 0);
    const extent = extentOf(definition.selectionSet, fragmentExtent);
    for (const name of Object.keys(NOTHING) as (keyof Extent)[])
      size[name] = Math.max(size[name], extent[name]);
  }
  return size;
}

function extentOf(
  { selections }: SelectionSetNode,
  fragmentExtent: (name: string) => Extent,
): Extent {
  const total = { ...NOTHING };
  for (const selection of selections) {
    if (selection.kind === 'Field') {
      const inner = selection.selectionSet
        ? extentOf(selection.selectionSet, fragmentExtent)
        : NOTHING;
      total.depth = Math.max(total.depth, inner.depth + 1);
      total.rootFields += 1;
      total.aliases += inner.aliases + (selection.alias ? 1 : 0);
      total.fields += inner.fields + 1;
      total.selectionSets += inner.selectionSets + (selection.selectionSet ? 1 : 0);
    } else {
      const inner =
        selection.kind === 'FragmentSpread'
          ? fragmentExtent(selection.name.value)
          : extentOf(selection.selectionSet, fragmentExtent);
      total.depth = Math.max(total.depth, inner.depth);
      total.rootFields += inner.rootFields;
      total.aliases += inner.aliases;
      total.fields += inner.fields;
      total.selectionSets += inner.selectionSets;
    }
  }
  return total;
}

function countDirectives({
  definitions,
}: DocumentNode): Pick<DocumentLimits, 'directives' | 'directivesPerLocation'> {
  const count = { directives: 0, directivesPerLocation: 0 };
  const at = (node: { directives?: readonly unknown[] | undefined }): void => {
    const here = node.directives?.length ?? 0;
    count.directives += here;
    count.directivesPerLocation = Math.max(count.directivesPerLocation, here);
  };
  const within = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      at(selection);
      if (selection.kind !== 'FragmentSpread' && selection.selectionSet)
        within(selection.selectionSet);
    }
  };
  for (const definition of definitions) {
    if (!isExecutable(definition)) continue;
    at(definition);
    for (const variable of definition.variableDefinitions ?? []) at(variable);
    within(definition.selectionSet);
  }
  return count;
}

function isExecutable(
  definition: DefinitionNode,
): definition is Extract<DefinitionNode, { selectionSet: SelectionSetNode }> {
  return definition.kind === 'OperationDefinition' || definition.kind === 'FragmentDefinition';
}

/**
 * Returns the first limit that a document exceeds, with what it uses; undefined if there is none.
 */
export function exceededLimit(
  size: DocumentSize,
  limits: DocumentLimits,
): { limit: keyof DocumentLimits; maximum: number; actual: number } | undefined {
  for (const limit of Object.keys(limits) as (keyof DocumentLimits)[]) {
    const [maximum, actual] = [limits[limit], size[limit]];
    if (actual > maximum) return { limit, maximum, actual };
  }
  return undefined;
}
