import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Kind, OperationTypeNode, parse, type FieldNode } from 'graphql';
import { describe, expect, it } from 'vitest';

const folder = path.join(import.meta.dirname, '../../console/src');
const documents = globSync('**/*.graphql', { cwd: folder }).map((name) => ({
  name,
  operations: parse(readFileSync(path.join(folder, name), 'utf8')).definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  ),
}));

const asksForType = ({ selectionSet }: FieldNode): boolean =>
  selectionSet?.selections.some(
    (selection) => selection.kind === Kind.FIELD && selection.name.value === '__typename',
  ) ?? false;

describe('the documents of the console', () => {
  it('ask every mutation for the type of its result, by which success is told from failure', () => {
    const roots = documents.flatMap(({ name, operations }) =>
      operations
        .filter(({ operation }) => operation === OperationTypeNode.MUTATION)
        .flatMap(({ selectionSet }) => selectionSet.selections)
        .filter((selection) => selection.kind === Kind.FIELD)
        .map((field) => ({ name: `${name}: ${field.name.value}`, field })),
    );
    expect(roots.length).toBeGreaterThan(15);
    expect(roots.filter(({ field }) => !asksForType(field)).map(({ name }) => name)).toEqual([]);
  });
});
