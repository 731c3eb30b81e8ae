/** Fields with their own budget. They are counted in the document: two aliases are two attempts. */
import {
  getOperationAST,
  Kind,
  valueFromASTUntyped,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { getOrAdd } from '../values/get-or-add.ts';

/** The budget of each root field that is counted. */
const KINDS = {
  slugAvailability: 'slugChecks',
  invitationPreview: 'invitationAttempts',
  acceptInvitation: 'invitationAttempts',
  declineInvitation: 'invitationAttempts',
  createOrganization: 'standaloneCreations',
} as const;

type Kinds = typeof KINDS;
export type AttemptKind = Kinds[keyof Kinds];
export type Attempts = Partial<Record<AttemptKind, number>>;

const NONE: ReadonlyMap<string, FieldNode> = new Map();
/** The fields to count, by operation and response name. Each document is searched once. */
const counted = new WeakMap<OperationDefinitionNode, ReadonlyMap<string, FieldNode>>();
/** Whether any operation of a document has such fields, which nearly none has. */
const counting = new WeakMap<DocumentNode, boolean>();

function operationsOf({ definitions }: DocumentNode): OperationDefinitionNode[] {
  return definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
}

/**
 * Returns how many attempts an operation makes; undefined for none, as usual. Fields behind `@skip`
 * or `@include` count as if they were selected.
 */
export function attemptsOf(
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: Record<string, unknown>,
): Attempts | undefined {
  const isCounting = getOrAdd(counting, document, () =>
    operationsOf(document).some((operation) => fieldsOf(document, operation) !== NONE),
  );
  const operation = isCounting && getOperationAST(document, operationName);
  const fields = operation ? fieldsOf(document, operation) : NONE;
  if (fields === NONE) return undefined;
  const attempts: Attempts = {};
  for (const field of fields.values()) {
    if (field.name.value === 'createOrganization' && !isStandalone(field, variables)) continue;
    const kind = KINDS[field.name.value as keyof Kinds];
    attempts[kind] = (attempts[kind] ?? 0) + 1;
  }
  return attempts;
}

function fieldsOf(
  document: DocumentNode,
  operation: OperationDefinitionNode,
): ReadonlyMap<string, FieldNode> {
  return getOrAdd(counted, operation, () => fieldsToCount(document, operation));
}

/** Whether the field creates an organization without a parent. */
function isStandalone(field: FieldNode, variables: Record<string, unknown>): boolean {
  const input = field.arguments?.find(({ name }) => name.value === 'input');
  const value: unknown = input ? valueFromASTUntyped(input.value, variables) : undefined;
  return (
    typeof value !== 'object' || value === null || !('parentId' in value) || value.parentId == null
  );
}

function fieldsToCount(
  document: DocumentNode,
  operation: OperationDefinitionNode,
): ReadonlyMap<string, FieldNode> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION)
      fragments.set(definition.name.value, definition);
  }
  const fields = new Map<string, FieldNode>();
  const seen = new Set<string>();
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        if (Object.hasOwn(KINDS, selection.name.value))
          fields.set((selection.alias ?? selection.name).value, selection);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
      else if (!seen.has(selection.name.value)) {
        seen.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (fragment) collect(fragment.selectionSet);
      }
    }
  };
  collect(operation.selectionSet);
  return fields.size > 0 ? fields : NONE;
}
