/** The samples of all mutations, from the `samples.ts` of each folder in `test`. */
import { globSync } from 'node:fs';
import type { GraphQLObjectType } from 'graphql';
import { getNamedType, isInputObjectType } from 'graphql';
import { schema } from '../../src/schema.ts';
import type { Sample, Samples } from './sample.ts';

const TEST = new URL('../', import.meta.url);

const files = globSync('*/samples.ts', { cwd: TEST }).toSorted();
const parts = await Promise.all(
  files.map(async (file) => {
    const { samples } = (await import(new URL(file, TEST).href)) as { samples: Samples };
    return samples;
  }),
);

/** Each mutation with its sample, by folder and in the order of their files. */
export const SAMPLES: readonly (readonly [name: string, sample: Sample])[] = parts.flatMap(
  (samples) => Object.entries(samples),
);

/** The mutations of the schema. */
export const MUTATIONS = Object.values(
  (schema.getMutationType() as GraphQLObjectType).getFields(),
).map((field) => {
  const { name, description, args } = field;
  const input = getNamedType(args[0]?.type);
  const fields = isInputObjectType(input) ? Object.values(input.getFields()) : [];
  return { name, description: description ?? '', fields };
});

/** Whether the input of a mutation has a field. */
export const takes = (mutation: string, field: string): boolean =>
  MUTATIONS.some(
    ({ name, fields }) => name === mutation && fields.some((one) => one.name === field),
  );

/**
 * What is to be mended in the samples, as sentences. Every test that walks them expects none, so that no
 * mutation stays out of it.
 */
export function unsampled(): string[] {
  const names = SAMPLES.map(([name]) => name);
  return [
    ...MUTATIONS.filter(({ name }) => !names.includes(name)).map(
      ({ name }) =>
        `${name} has no sample: add one to samples.ts in the folder of its noun in test (test/samples/sample.ts says what it has).`,
    ),
    ...names
      .filter((name) => !MUTATIONS.some((one) => one.name === name))
      .map((name) => `The schema has no mutation ${name}: remove its sample.`),
    ...names
      .filter((name, index) => names.indexOf(name) !== index)
      .map((name) => `${name} has two samples: keep one.`),
    ...SAMPLES.filter(([name, { repeats }]) => takes(name, 'idempotencyKey') !== !!repeats).map(
      ([name, { repeats }]) =>
        repeats
          ? `${name} takes no idempotency key: its sample says how it is repeated all the same.`
          : `${name} takes an idempotency key: add \`repeats\` to its sample.`,
    ),
    ...SAMPLES.flatMap(([name, { right }]) => {
      const described = MUTATIONS.find((one) => one.name === name)?.description ?? '';
      const scope = typeof right === 'object' ? right.scope : undefined;
      return scope === undefined || described.includes(`\`${scope}\``)
        ? []
        : [`The description of ${name} does not name ${scope}, which its sample requires.`];
    }),
  ];
}

/** The text of a mutation with a variable `input`; of its payload it shows the type and what is given. */
export function documentOf(name: string, shows = ''): string {
  const title = titleOf(name);
  const payload = shows && `... on ${title}Payload { ${shows} }`;
  return `mutation ($input: ${title}Input!) {
    ${name}(input: $input) { __typename ${payload} ... on UserError { code } }
  }`;
}

/** The beginning of the names of a mutation's types. */
export const titleOf = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
