/**
 * A walk through the samples of all mutations by six callers. Each cell is done on rows of its own, so that none depends
 * on another.
 */
import { getNamedType } from 'graphql';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sessions } from '../../src/authentication/session.ts';
import { encodeId, parseId, type IdType } from '../../src/values/ids.ts';
import { schema } from '../../src/schema.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { documentOf, MUTATIONS, SAMPLES, titleOf, unsampled } from '../samples/registry.ts';
import type { Input, Right, Sample } from '../samples/sample.ts';
import { startIssuer, type Issuer } from '../setup/issuer.ts';
import {
  createWorld,
  insertKey,
  missingId,
  type RequestOptions,
  type World,
} from '../setup/world.ts';
import { insertNodes } from '../setup/nodes.ts';
import { atOnce } from './matrix.ts';
import { ROLES, SCOPES, type Forest } from './model.ts';
import { rulingOn, type Asker } from './verdicts.ts';

let world: World;
let issuer: Issuer;
let session = '';
beforeAll(async () => {
  issuer = await startIssuer();
  world = await createWorld({ sessions: new Sessions(issuer.settings, createLogger('silent')) });
  session = await issuer.session('stranger', STRANGER);
  // People are known from their first request on.
  await world.ask('{ viewer { user { id } } }', { token: session });
});
afterAll(async () => {
  await world.close();
  await issuer.close();
});

/** A person that belongs nowhere. Their session can name no organization. */
const STRANGER = 'stranger@x.example';

/** How a caller asks, who they are to the model, and the address of the person that asks or stands for a key. */
interface Caller {
  options(): RequestOptions;
  asker: Asker;
  email: string;
}

const admin = (organization: string): Asker => ({
  request: { organization, given: ROLES['admin'] ?? [] },
  person: true,
});

const callers = {
  ancestor: {
    options: () => ({ as: 'admin@acme' }),
    asker: admin('acme'),
    email: 'admin@acme.example',
  },
  nativeAdmin: {
    options: () => ({ as: 'admin@north' }),
    asker: admin('north'),
    email: 'admin@north.example',
  },
  viewer: {
    options: () => ({ as: 'viewer@north' }),
    asker: { request: { organization: 'north', given: ROLES['viewer'] ?? [] }, person: true },
    email: 'viewer@north.example',
  },
  rival: {
    options: () => ({ as: 'admin@rival' }),
    asker: admin('rival'),
    email: 'admin@rival.example',
  },
  stranger: {
    options: () => ({ token: session }),
    asker: { request: null, person: true },
    email: STRANGER,
  },
  apiKey: {
    options: () => ({ as: 'key@north' }),
    asker: { request: { organization: 'north', given: SCOPES }, person: false },
    email: 'admin@north.example',
  },
} as const satisfies Record<string, Caller>;
type Who = keyof typeof callers;
const names = Object.keys(callers) as Who[];

/** As much of the forest as the samples are about: north, and what they plant below. */
const forest: Forest = new Map([
  ['acme', { parent: null }],
  ['north', { parent: 'acme' }],
  ['planted', { parent: 'north' }],
  ['rival', { parent: null }],
]);

/** The outcome for a caller by the model: `done`, or the code of the refusal. */
function outcomeFor(right: Right, who: Who): string {
  const about = right === 'from above' ? 'planted' : 'north';
  const [code = ''] = rulingOn(forest, callers[who].asker, about).by(right, 'done').split(':');
  return code;
}

/** An input of a sample for a caller, about north or what is below. */
const inputFor = async ({ input }: Sample, who: Who): Promise<Input> =>
  input({ database: world, organization: world.uuid('north'), email: callers[who].email });

async function attempt(name: string, input: unknown, options: RequestOptions): Promise<string> {
  const answer = await world.ask<Record<string, { __typename: string; code?: string }>>(
    documentOf(name),
    options,
    { input },
  );
  const result = answer.data?.[name];
  if (result?.__typename === `${titleOf(name)}Payload`) return 'done';
  return result?.code ?? answer.errors?.[0]?.extensions.code ?? answer.text;
}

/** How many audit events there are, and how many of them refused. */
async function trail(): Promise<{ events: number; refused: number }> {
  const [row] = await world.rows(sql<{ events: number; refused: number }>`
    select count(*)::int as events, count(*) filter (where refusal is not null)::int as refused
    from (select refusal from audit_events union all select refusal from account_events) as e`);
  return row ?? { events: 0, refused: 0 };
}

describe('each mutation', () => {
  it('has a sample', () => {
    expect(unsampled()).toEqual([]);
  });

  for (const [name, sample] of SAMPLES) {
    it.each(names.map((who) => [who, outcomeFor(sample.right, who)] as const))(
      `${name} by %s: %s, and the log tells of it`,
      async (who, outcome) => {
        const input = await inputFor(sample, who);
        const before = await trail();
        expect(await attempt(name, input, callers[who].options())).toBe(outcome);
        const after = await trail();
        // Who belongs nowhere and names nothing has no log to stand in.
        const logged = outcome === 'ORGANIZATION_REQUIRED' || sample.isLogged === false ? 0 : 1;
        expect({
          events: after.events - before.events,
          refused: after.refused - before.refused,
        }).toEqual({
          events: logged,
          refused: outcome === 'done' ? 0 : logged,
        });
      },
    );

    it(`${name} without a credential: 401`, async () => {
      expect(await attempt(name, await inputFor(sample, 'nativeAdmin'), {})).toBe(
        'UNAUTHENTICATED',
      );
    });
  }
});

/** The names of the fields of a mutation's input that take an id. */
const idFields = (mutation: string): string[] =>
  (MUTATIONS.find(({ name }) => name === mutation)?.fields ?? []).flatMap(({ name, type }) =>
    getNamedType(type).name === 'ID' ? [name] : [],
  );

describe('each id in an input', () => {
  it('answers for what is elsewhere exactly as for what is missing, byte for byte', async () => {
    const foreign: Partial<Record<IdType, string[]>> = {};
    for (const slug of ['rival', 'south', 'acme', 'shop-1'] as const) {
      for (const [type, id] of Object.entries(await insertNodes(world, world.uuid(slug), slug)))
        (foreign[type as IdType] ??= []).push(encodeId(type as IdType, id));
    }
    // The last of each type lies below the acting organization.
    const allButReach = [
      'organizations:manage',
      'members:manage',
      'roles:manage',
      'api_keys:manage',
      'usage:write',
      'billing:manage',
      'audit:read',
    ];
    const askers: { name: string; reaches: boolean; options: RequestOptions }[] = [
      { name: 'admin@north', reaches: true, options: { as: 'admin@north' } },
      { name: 'key@north', reaches: true, options: { as: 'key@north' } },
      { name: 'viewer@north', reaches: false, options: { as: 'viewer@north' } },
      // To such a key, what is below is as good as missing.
      {
        name: 'a key without reach',
        reaches: false,
        options: { token: await insertKey(world, 'north', allButReach) },
      },
    ];
    const count = async () =>
      await world.rows(
        sql`select (select count(*) from organizations) as organizations, (select count(*) from roles) as roles`,
      );
    let probed = 0;
    expect(unsampled()).toEqual([]);
    for (const [mutation, sample] of SAMPLES) {
      const fields = idFields(mutation);
      const given = fields.length > 0 ? await inputFor(sample, 'nativeAdmin') : {};
      const before = await count();
      const ask = async (options: RequestOptions, field: string, id: string) => {
        const document = `mutation ($input: ${titleOf(mutation)}Input!) { ${mutation}(input: $input) { __typename } }`;
        // A field that the row does not give stands in the place of what it gives.
        const probe = field in given ? { ...given, [field]: id } : { [field]: id };
        return (await world.ask(document, { ...options, withoutSocket: true }, { input: probe }))
          .text;
      };
      for (const field of fields) {
        // The answer to nonsense names the form that it takes, and so the type.
        const malformed = await ask({ as: 'admin@north' }, field, 'nonsense');
        expect({ mutation, field, malformed }).toMatchObject({
          malformed: expect.stringMatching(/BAD_USER_INPUT/),
        });
        const prefix = /id of the form (\w+_)/.exec(malformed)?.[1] ?? '';
        const foreignIds = Object.values(foreign).find(([one]) => one?.startsWith(prefix)) ?? [];
        const kind = parseId(foreignIds[0] ?? '')?.type;
        if (!kind)
          throw new Error(
            `no foreign rows are known for ${mutation}.${field}, which takes ${prefix}`,
          );
        await atOnce(askers, async ({ name, reaches, options }) => {
          const missing = await ask(options, field, missingId(kind));
          for (const id of foreignIds.slice(0, reaches ? -1 : undefined))
            expect({ mutation, field, name, text: await ask(options, field, id) }).toEqual({
              mutation,
              field,
              name,
              text: missing,
            });
          expect(missing).toMatch(/NOT_FOUND|FORBIDDEN/);
        });
        probed++;
      }
      expect(await count()).toEqual(before);
    }
    expect(probed).toBeGreaterThan(25);
    expect(parseId(foreign.Role?.[0] ?? '')).toBeDefined();
  });
});

describe('odd text in an input', () => {
  const odd = [
    '',
    ' ',
    '\u0000',
    '\ud800',
    '\u202e',
    "';--",
    '%',
    '9'.repeat(400),
    '\u{1f468}\u200d\u{1f469}',
    '__proto__',
  ];

  it.each(SAMPLES)(
    'of %s never ends in an internal error or tells of the database',
    async (name, sample) => {
      const given = await inputFor(sample, 'nativeAdmin');
      for (const field of Object.keys(given)) {
        for (const text of odd) {
          const value = Array.isArray(given[field])
            ? [field === 'users' ? { email: text } : text]
            : text;
          const answer = await world.ask(
            documentOf(name),
            { as: 'admin@north' },
            { input: { ...given, [field]: value } },
          );
          expect(answer.status).toBeLessThan(500);
          expect(answer.text).not.toMatch(
            /INTERNAL_SERVER_ERROR|postgres|constraint|relation|syntax|node_modules/i,
          );
        }
      }
    },
  );
});

describe('a mutation', () => {
  it('is refused as a GET, so that no link can make somebody do it', async () => {
    const url = new URL(world.endpoint);
    url.searchParams.set(
      'query',
      'mutation { createPersonalAccessToken(input: { name: "x" }) { __typename } }',
    );
    const answer = await fetch(url, {
      headers: { authorization: `Bearer ${world.token('admin@north')}` },
    });
    expect(answer.status).toBe(405);
  });

  it('has no input that names the actor, and no secret in anything but its own answer', async () => {
    const names = Object.values(schema.getTypeMap()).flatMap((type) =>
      type.name.endsWith('Input') && 'getFields' in type ? Object.keys(type.getFields()) : [],
    );
    expect(
      names.filter((name) =>
        /^(actor|owner|creator|createdBy|inviter|user$)|(actor|owner|creator)Id$|verified/i.test(
          name,
        ),
      ),
    ).toEqual([]);
    const document = `mutation { createApiKey(input: { organizationId: "${world.org('north')}", name: "shown once", scopes: [] }) { ... on CreateApiKeyPayload { secret apiKey { preview } } } }`;
    const answer = await world.ask<{
      createApiKey: { secret: string; apiKey: { preview: string } };
    }>(document, { as: 'admin@north' });
    const { secret = '' } = answer.data?.createApiKey ?? {};
    const tail = secret.slice(secret.indexOf('.') + 1, -5);
    expect(tail).toHaveLength(43);
    for (const table_ of ['api_keys', 'audit_events', 'idempotency_keys'])
      expect(
        await world.rows(
          sql`select from ${sql.table(table_)} as t where strpos(t::text, ${tail}) > 0`,
        ),
      ).toEqual([]);
  });
});
