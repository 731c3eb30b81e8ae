import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import {
  buildASTSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  isUnionType,
  parse,
  print,
} from 'graphql';
import { fileURLToPath } from 'node:url';
import { generate } from '@graphql-codegen/cli';
import { describe, expect, it } from 'vitest';
import codegen from '../../codegen.ts';
import { printedSchema, schema } from '../../src/schema.ts';

const root = new URL('../../', import.meta.url);

/** Everything that a schema promises to clients, one line a promise. */
function promises(text: string): string[] {
  const types = Object.values(
    buildASTSchema(parse(text), { assumeValid: true }).getTypeMap(),
  ).filter((type) => !type.name.startsWith('__'));
  return types.flatMap((type) => {
    if (isEnumType(type)) return type.getValues().map((value) => `${type.name}.${value.name}`);
    if (isUnionType(type))
      return type.getTypes().map((member) => `${type.name} may be ${member.name}`);
    if (isInputObjectType(type)) {
      return Object.values(type.getFields()).map(
        (field) =>
          `${type.name}.${String(field.astNode && print({ ...field.astNode, description: undefined }))}`,
      );
    }
    if (!isObjectType(type) && !isInterfaceType(type)) return [type.name];
    return [
      ...type.getInterfaces().map((one) => `${type.name} implements ${one.name}`),
      ...Object.values(type.getFields()).flatMap((field) => [
        `${type.name}.${field.name}: ${String(field.type)}`,
        ...field.args.map(
          (argument) =>
            `${type.name}.${field.name}(${String(argument.astNode && print({ ...argument.astNode, description: undefined }))})`,
        ),
      ]),
    ];
  });
}

/** The promise about a field of an input that has to be there, as one that can be left out. */
const optional = (promise: string): string =>
  /^\w+Input\.\w+: .*!$/.test(promise) ? promise.slice(0, -1) : promise;

/** Every mutation, with the fields of its input, what it may answer, and the types that its payload shows. */
const mutations = Object.values(schema.getMutationType()?.getFields() ?? {}).map(
  ({ name, description, args, type }) => {
    const input = args[0] && getNamedType(args[0].type);
    const results = isUnionType(type) ? type.getTypes() : [];
    return {
      name,
      description: description ?? '',
      inputFields: new Set(isInputObjectType(input) ? Object.keys(input.getFields()) : []),
      results: new Set(results.map((member) => member.name)),
      payloadTypes: new Set(
        results
          .filter((member) => member.name.endsWith('Payload'))
          .flatMap((member) =>
            Object.values(member.getFields()).map((field) => getNamedType(field.type).name),
          ),
      ),
    };
  },
);

describe('schema.graphql', () => {
  it('is what the code prints (npm run schema writes it)', async () => {
    expect(await readFile(new URL('schema.graphql', root), 'utf8')).toBe(printedSchema());
  });

  it('keeps every public name, argument, default and nullability', async () => {
    const wanted = await readFile(new URL('test/contract/public-names.graphql', root), 'utf8');
    const kept = new Set(promises(printedSchema()));
    // An input may come to accept more: what clients send is still right if a field need not be there.
    const missing = promises(wanted).filter(
      (promise) => !kept.has(promise) && !kept.has(optional(promise)),
    );
    expect(promises(wanted).length).toBeGreaterThan(400);
    expect(missing).toEqual([]);
  });

  it('describes every type, field, argument and value', () => {
    const bare = Object.values(schema.getTypeMap())
      .filter(
        (type) =>
          !type.name.startsWith('__') &&
          !['Boolean', 'Int', 'Float', 'String', 'ID'].includes(type.name),
      )
      .flatMap((type) => [
        { name: type.name, description: type.description },
        ...(isEnumType(type)
          ? type
              .getValues()
              .map(({ name, description }) => ({ name: `${type.name}.${name}`, description }))
          : []),
        ...(isInputObjectType(type)
          ? Object.values(type.getFields()).map((field) => ({
              name: `${type.name}.${field.name}`,
              description: field.description,
            }))
          : []),
        ...(isObjectType(type) || isInterfaceType(type)
          ? Object.values(type.getFields()).flatMap((field) => [
              { name: `${type.name}.${field.name}`, description: field.description },
              ...field.args.map((argument) => ({
                name: `${type.name}.${field.name}(${argument.name})`,
                description: argument.description,
              })),
            ])
          : []),
      ])
      .filter(({ description }) => !description);
    expect(bare).toEqual([]);
  });

  it('lets a client ask every result for its failure, whatever the mutation', () => {
    const results = Object.values(schema.getTypeMap()).filter((type) => isUnionType(type));
    expect(results.length).toBeGreaterThan(15);
    for (const type of results) {
      const failures = type
        .getTypes()
        .filter((member) => member.getInterfaces().some((one) => one.name === 'UserError'));
      expect({ name: type.name, failures: failures.length > 0 }).toEqual({
        name: type.name,
        failures: true,
      });
      expect(type.getTypes().length - failures.length).toBe(1);
    }
  });

  it('lists nothing without a bound: every list of rows is paged or says how long it can be', () => {
    const bounded = new Set([
      'Query.nodes',
      'Query.usageMetrics',
      'Query.plans',
      'Query.scopes',
      'Viewer.personalAccessTokens',
      'Organization.ancestors',
      'Organization.roles',
      'Organization.marketplaceOffers',
      'Organization.externalAccounts',
      'OrganizationDescendantEdge.matchedOn',
      'Provisioning.steps',
      'UsageSummary.metrics',
      'UsageSummary.buckets',
      'UsageBucket.metrics',
      'Membership.roles',
      'Invitation.roles',
      'Person.memberships',
      'InviteUsersPayload.results',
      'CreateOrganizationPayload.memberships',
      'CreateOrganizationPayload.invitations',
      'CreateOrganizationPayload.invitationOutcomes',
      'MoveOrganizationPayload.adoptedRoles',
      'DeleteOrganizationPayload.deletedOrganizationIds',
      'RecordUsagePayload.results',
      'RevokeApiKeyPayload.revokedApiKeyIds',
    ]);
    const lists = Object.values(schema.getTypeMap())
      .filter(
        (type) =>
          isObjectType(type) && !type.name.startsWith('__') && !type.name.endsWith('Connection'),
      )
      .flatMap((type) =>
        isObjectType(type)
          ? Object.values(type.getFields())
              .filter((field) => /^\[(?!String)/.test(String(field.type)))
              .map((field) => `${type.name}.${field.name}`)
          : [],
      );
    expect(lists.filter((name) => !bounded.has(name))).toEqual([]);
  });

  it('nulls what it refuses and nothing around it: every field with a guard of its own is nullable', () => {
    const guarded = Object.values(schema.getTypeMap()).flatMap((type) =>
      isObjectType(type)
        ? Object.values(type.getFields()).flatMap((field) => {
            const { authScopes } = (field.extensions['pothosOptions'] ?? {}) as {
              authScopes?: unknown;
            };
            // A field that requires no more than a credential is refused together with the whole request.
            const ofItsOwn =
              authScopes !== undefined && JSON.stringify(authScopes) !== '{"authenticated":true}';
            return ofItsOwn ? [{ name: `${type.name}.${field.name}`, type: field.type }] : [];
          })
        : [],
    );
    expect(guarded.length).toBeGreaterThan(25);
    expect(guarded.filter(({ type }) => isNonNullType(type)).map(({ name }) => name)).toEqual([]);
    const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
    expect(mutations.filter(({ type }) => isNonNullType(type)).map(({ name }) => name)).toEqual([]);
  });

  it('nulls a list whose arguments it refuses and nothing around it: every list with arguments is nullable', () => {
    const lists = Object.values(schema.getTypeMap()).flatMap((type) =>
      isObjectType(type) && !type.name.startsWith('__')
        ? Object.values(type.getFields())
            .filter(
              (field) => field.args.length > 0 && /\]!?$|Connection!?$/.test(String(field.type)),
            )
            .map((field) => ({ name: `${type.name}.${field.name}`, type: field.type }))
        : [],
    );
    expect(lists.length).toBeGreaterThan(12);
    expect(lists.filter(({ type }) => isNonNullType(type)).map(({ name }) => name)).toEqual([]);
  });

  it('says of every mutation how it can be repeated: it takes a key, or its description says why it needs none', () => {
    const unsaid = mutations.filter(
      ({ inputFields, description }) =>
        !inputFields.has('idempotencyKey') &&
        !/\b(so|and) (it )?has no `idempotencyKey`/.test(description),
    );
    expect(unsaid.map(({ name }) => name)).toEqual([]);
    // What creates, sends or charges has no way around it, whatever its description says.
    const making = mutations.filter(({ name }) =>
      /^(create|add|invite|resend|accept|retry)/.test(name),
    );
    expect(making.length).toBeGreaterThan(8);
    expect(
      making
        .filter(({ inputFields }) => !inputFields.has('idempotencyKey'))
        .map(({ name }) => name),
    ).toEqual([]);
  });

  it('says of every mutation of something with a version whether it compares it', () => {
    const versioned = mutations.filter(({ name, payloadTypes }) =>
      Object.values(schema.getTypeMap()).some(
        (type) =>
          isObjectType(type) &&
          'version' in type.getFields() &&
          (payloadTypes.has(type.name) || name.endsWith(type.name)),
      ),
    );
    expect(versioned.length).toBeGreaterThan(7);
    const unsaid = versioned.filter(
      ({ inputFields, description }) =>
        !inputFields.has('expectedVersion') &&
        !description.includes('so it has no `expectedVersion`'),
    );
    expect(unsaid.map(({ name }) => name)).toEqual([]);
  });

  it('lets every mutation with a key or an expected version answer that it conflicts', () => {
    const conflicts = {
      idempotencyKey: 'IdempotencyConflictError',
      expectedVersion: 'VersionConflictError',
    };
    for (const [field, conflict] of Object.entries(conflicts)) {
      const named = (found: typeof mutations): string[] => found.map(({ name }) => name);
      expect(named(mutations.filter(({ results }) => results.has(conflict)))).toEqual(
        named(mutations.filter(({ inputFields }) => inputFields.has(field))),
      );
    }
  });

  it('has no input that could name the actor or claim a verified address', () => {
    const inputs = Object.values(schema.getTypeMap()).filter((type) => isInputObjectType(type));
    const names = inputs.flatMap((type) => Object.keys(type.getFields()));
    expect(names.length).toBeGreaterThan(100);
    for (const name of ['actorId', 'createdBy', 'ownerId', 'emailVerified', 'verified'])
      expect(names).not.toContain(name);
  });
});

describe('the packages', () => {
  it('share one copy of graphql', () => {
    const own = createRequire(new URL('src/schema.ts', root)).resolve('graphql');
    for (const name of [
      'graphql-yoga',
      '@pothos/core',
      '@pothos/plugin-relay',
      '@pothos/plugin-scope-auth',
      '@pothos/plugin-complexity',
      '@graphql-yoga/plugin-persisted-operations',
      'graphql-scalars',
      '@graphql-tools/executor',
    ]) {
      const from = createRequire(new URL(`node_modules/${name}/package.json`, root));
      expect({ name, path: from.resolve('graphql') }).toEqual({ name, path: own });
    }
  });

  it('are locked without download addresses', async () => {
    expect(await readFile(new URL('package-lock.json', root), 'utf8')).not.toMatch(
      /"resolved"\s*:\s*"https?:/,
    );
  });
});

describe('the typed documents of the tests', () => {
  it('are what codegen.ts generates (npm run codegen writes them)', async () => {
    const generated = (await generate(
      { ...codegen, cwd: fileURLToPath(root), silent: true },
      false,
    )) as {
      filename: string;
      content: string;
    }[];
    expect(generated.length).toBeGreaterThan(2);
    for (const { filename, content } of generated)
      expect({ filename, text: await readFile(filename, 'utf8') }).toEqual({
        filename,
        text: content,
      });
  });
});
