import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import {
  Kind,
  getIntrospectionQuery,
  parse,
  print,
  type DocumentNode,
  type FragmentDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import {
  DOCUMENT_LIMITS,
  exceededLimit,
  measureDocument,
  type DocumentSize,
} from '../../src/limits/document.ts';

const measure = (text: string): DocumentSize => measureDocument(parse(text));

/** The same measures, by writing out every fragment. */
function bruteForce(
  document: DocumentNode,
): Omit<DocumentSize, 'operations' | 'variables' | 'directives' | 'directivesPerLocation'> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === 'FragmentDefinition') fragments.set(definition.name.value, definition);
  const size = { depth: 0, rootFields: 0, aliases: 0, fields: 0, selectionSets: 0 };
  for (const definition of document.definitions) {
    if (definition.kind !== 'OperationDefinition') continue;
    const own = { depth: 0, rootFields: 0, aliases: 0, fields: 0, selectionSets: 0 };
    const walk = ({ selections }: SelectionSetNode, level: number): void => {
      for (const selection of selections) {
        if (selection.kind === 'FragmentSpread') {
          const fragment = fragments.get(selection.name.value);
          if (fragment) walk(fragment.selectionSet, level);
        } else if (selection.kind === 'InlineFragment') {
          walk(selection.selectionSet, level);
        } else {
          own.depth = Math.max(own.depth, level);
          own.fields++;
          if (level === 1) own.rootFields++;
          if (selection.alias) own.aliases++;
          if (selection.selectionSet) {
            own.selectionSets++;
            walk(selection.selectionSet, level + 1);
          }
        }
      }
    };
    walk(definition.selectionSet, 1);
    for (const name of ['depth', 'rootFields', 'aliases', 'fields', 'selectionSets'] as const)
      size[name] = Math.max(size[name], own[name]);
  }
  return size;
}

/** Selections that may spread the fragments from `from` on: so there are no cycles, and sharing of every kind. */
const selections = (from: number, count: number, levels: number): fc.Arbitrary<string> => {
  const leaf = fc.constantFrom('a', 'b', 'x: a', '__typename');
  const spread =
    from < count ? [fc.integer({ min: from, max: count - 1 }).map((n) => `...F${n}`)] : [];
  const nested = levels > 0 ? [selections(from, count, levels - 1)] : [];
  const inner = nested.flatMap((some) => [
    some.map((text) => `c { ${text} }`),
    some.map((text) => `y: c { ${text} }`),
    some.map((text) => `... { ${text} }`),
    some.map((text) => `... on T { ${text} }`),
  ]);
  return fc
    .array(fc.oneof(leaf, ...spread, ...inner), { minLength: 1, maxLength: 3 })
    .map((parts) => parts.join(' '));
};

const randomDocument = fc
  .integer({ min: 0, max: 5 })
  .chain((count) =>
    fc
      .tuple(
        fc.array(selections(0, count, 2), { minLength: 1, maxLength: 2 }),
        fc.tuple(...Array.from({ length: count }, (_, n) => selections(n + 1, count, 2))),
      )
      .map(([operations, fragments]) =>
        [
          ...operations.map((text, n) => `query Q${n} { ${text} }`),
          ...fragments.map((text, n) => `fragment F${n} on T { ${text} }`),
        ].join('\n'),
      ),
  );

describe('the measure of a document', () => {
  it('is the one that writing out every fragment gives, on 5,000 random documents', () => {
    let shared = 0;
    fc.assert(
      fc.property(randomDocument, (text) => {
        const document = parse(text);
        const expected = bruteForce(document);
        if (expected.fields > 50) shared++;
        expect(measureDocument(document)).toMatchObject(expected);
      }),
      { numRuns: 5_000 },
    );
    // The documents are worth something only if fragments multiply in many of them.
    expect(shared).toBeGreaterThan(100);
  });

  it('takes no longer for fragments that double each other 60 times', () => {
    const doubling = Array.from(
      { length: 60 },
      (_, n) => `fragment F${n} on T { ...F${n + 1} ...F${n + 1} }`,
    );
    const started = performance.now();
    const size = measure(`{ ...F0 } ${doubling.join(' ')} fragment F60 on T { a }`);
    expect(size.fields).toBe(2 ** 60);
    expect(performance.now() - started).toBeLessThan(50);
  });

  it('ends for fragments that contain each other', () => {
    expect(
      measure('{ ...A } fragment A on T { a { ...B } } fragment B on T { b { ...A } }').depth,
    ).toBe(2);
  });

  it('counts variables and directives wherever they stand', () => {
    const text =
      'query ($a: Int @d, $b: Int) @d @d { a @d ...F @d @d @d } fragment F on T @d { ... @d { a @d } }';
    expect(measure(text)).toMatchObject({ variables: 2, directives: 10, directivesPerLocation: 3 });
  });

  it('of the operations of this repository, and of introspection as GraphiQL asks for it, is within the limits', async () => {
    const folder = path.join(import.meta.dirname, '../operations');
    const texts = [
      getIntrospectionQuery({
        inputValueDeprecation: true,
        specifiedByUrl: true,
        directiveIsRepeatable: true,
        schemaDescription: true,
      }),
    ];
    for (const file of await readdir(folder)) {
      const { definitions } = parse(await readFile(path.join(folder, file), 'utf8'));
      const fragments = definitions.filter(
        (definition) => definition.kind === 'FragmentDefinition',
      );
      for (const definition of definitions) {
        if (definition.kind === 'OperationDefinition')
          texts.push(print({ kind: Kind.DOCUMENT, definitions: [definition, ...fragments] }));
      }
    }
    expect(texts.length).toBeGreaterThan(30);
    expect(
      texts.map((text) => exceededLimit(measure(text), DOCUMENT_LIMITS)).filter(Boolean),
    ).toEqual([]);
  });
});
