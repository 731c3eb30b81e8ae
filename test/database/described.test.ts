/** Statements as PostgreSQL describes them: a table or column that is not there fails with the text that names it. */
import type { GraphQLObjectType } from 'graphql';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { forgetAnswers } from '../../src/command/idempotency.ts';
import { one } from '../../src/database/rows.ts';
import { sweepBudgets } from '../../src/limits/budgets.ts';
import { DOCUMENT_LIMITS } from '../../src/limits/document.ts';
import { settleSearchIndex } from '../../src/modules/organization/search-index.ts';
import { verifyAuditLog } from '../../src/modules/audit/verify.ts';
import { forgetMails } from '../../src/modules/invitation/sending.ts';
import { purgeOrganizations } from '../../src/modules/organization/delete/jobs.ts';
import { refreshSearch } from '../../src/modules/organization/search-documents.ts';
import { verifyTree } from '../../src/modules/organization/verify.ts';
import { retainUsage } from '../../src/modules/usage/retention.ts';
import { rollUpUsage } from '../../src/modules/usage/roll-up.ts';
import { verifyUsage } from '../../src/modules/usage/verify.ts';
import { schema } from '../../src/schema.ts';
import { encodeId, type IdType } from '../../src/values/ids.ts';
import { insertNodes } from '../setup/nodes.ts';
import { createWorld, type World } from '../setup/world.ts';
import { describeStatement } from './describe.ts';
import { everyField } from './every-field.ts';
import { CALLERS, everyMutationIn } from './every-mutation.ts';

const DAY_MS = 86_400_000;
let world: World;
let client: pg.Client;
beforeAll(async () => {
  world = await createWorld({
    boundsCost: false,
    limits: {
      tokens: 20_000,
      document: {
        ...DOCUMENT_LIMITS,
        depth: 100,
        aliases: 10_000,
        fields: 10_000,
        selectionSets: 10_000,
      },
    },
  });
  client = new pg.Client({ connectionString: world.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await world.close();
});

/** Values of all arguments, and an id of each type, as they stand in a document. */
async function values(): Promise<Record<string, string>> {
  const text = JSON.stringify;
  const nodes = Object.entries(await insertNodes(world, world.uuid('north'), 'described'));
  const role = await one(world.db, sql<{ id: string }>`select id from roles where key = 'user'`);
  const token = await one(
    world.db,
    sql<{
      id: string;
    }>`select t.id from personal_access_tokens t join users u on u.id = t.user_id where u.email = 'admin@north.example'`,
  );
  return {
    first: '5',
    rows: '5',
    last: '5',
    maxDepth: '3',
    search: '"an"',
    separator: '"/"',
    slug: '"north"',
    'Query.slugAvailability(slug)': '"anything-free"',
    'Query.organization(id)': text(world.org('shop-1')),
    id: text(world.org('north')),
    ids: text([world.org('north'), world.org('shop-1')]),
    organizationId: text(world.org('shop-1')),
    scope: '"members:read"',
    'Organization.usage(scope)': 'ALL',
    from: text(new Date(Date.now() - 12 * DAY_MS).toISOString()),
    to: text(new Date(Date.now() - 2 * DAY_MS).toISOString()),
    keys: '["voice_calls"]',
    metric: '"voice_calls"',
    timeZone: '"Europe/Berlin"',
    roles: '["admin"]',
    actions: '["createRole"]',
    actor: text(encodeId('User', Object.fromEntries(nodes)['User'] ?? '')),
    target: text(world.org('shop-1')),
    status: '[PENDING, EXPIRED]',
    token: text(`inv_${'A'.repeat(48)}`),
    ...Object.fromEntries(nodes.map(([type, id]) => [type, text(encodeId(type as IdType, id))])),
    Organization: text(world.org('shop-1')),
    Role: text(encodeId('Role', role.id)),
    PersonalAccessToken: text(encodeId('PersonalAccessToken', token.id)),
  };
}

it('finds every table and column that operations and jobs name', async () => {
  expect(await everyMutationIn(world)).toEqual([]);
  const asked = await everyField(
    schema,
    schema.getQueryType() as GraphQLObjectType,
    await values(),
    async () => undefined,
  );
  // A statement depends on single arguments; pairs of them only choose among the same texts.
  for (const { document, about } of asked.filter((one) => !one.about.includes(', ')))
    await Promise.all(
      (/^(Query|Viewer)\b/.test(about) ? Object.values(CALLERS) : [CALLERS['a person']]).map(
        (caller) => world.ask(document, { ...caller, withoutSocket: true }),
      ),
    );
  const db = world.gatewayDb;
  for (const job of [
    forgetAnswers,
    forgetMails,
    refreshSearch,
    sweepBudgets,
    rollUpUsage,
    settleSearchIndex,
    verifyAuditLog,
    verifyTree,
    verifyUsage,
  ])
    await job(db);
  await purgeOrganizations(db, 30);
  await retainUsage(db, 100);

  const texts = new Set(
    world.statements.filter((text) => /^\s*(select|with|insert|update|delete)/i.test(text)),
  );
  expect(texts.size).toBeGreaterThan(220);
  const wrong = [];
  for (const text of texts) {
    const described = await describeStatement(client, text);
    if ('error' in described)
      wrong.push({ text: text.replaceAll(/\s+/g, ' '), error: described.error });
  }
  expect(wrong).toEqual([]);
});

it('tells a column that is not there from one that is', async () => {
  expect(
    await describeStatement(client, 'select id, slug as name from organizations where id = $1'),
  ).toEqual({ columns: ['id', 'name'] });
  expect(await describeStatement(client, 'delete from roles where id = $1')).toEqual({
    columns: [],
  });
  expect(await describeStatement(client, 'select slugg from organizations')).toEqual({
    error: 'column "slugg" does not exist',
  });
  expect(await describeStatement(client, 'select id from organisations')).toEqual({
    error: 'relation "organisations" does not exist',
  });
  expect(await describeStatement(client, 'select 1 as one')).toEqual({ columns: ['one'] });
});
