import {
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
  parse,
} from 'graphql';
import {
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokenHash } from '../../src/authentication/secret.ts';
import { encodeId } from '../../src/values/ids.ts';
import { bytesAtMost } from '../../src/limits/cost-limits.ts';
import { Estimator } from '../../src/limits/estimate.ts';
import { schema } from '../../src/schema.ts';
import { insertApiKey } from '../../src/seed/bootstrap.ts';
import { PLANS_MAX, addPlan } from '../../src/modules/plan/catalog.ts';
import { METRICS_MAX, addMetric } from '../../src/modules/usage/catalog.ts';
import {
  createWorld,
  insertInvitation,
  insertKey,
  insertMembership,
  insertUser,
  type Caller,
  type World,
} from '../setup/world.ts';

const estimator = new Estimator(schema, 1e9);
/** The deepest organization, below a chain under depot. */
const DEEPEST = 'deep-29';
const WINDOW = 'from: "2026-03-01T00:00:00Z", to: "2026-04-11T00:00:00Z"';

let world: World;
beforeAll(async () => {
  world = await createWorld({ limits: { nodes: 1e7, cost: 1e8 } });
  const { db } = world;
  let above = world.uuid('depot');
  for (let level = 1; level <= 29; level++) {
    const slug = `deep-${level}`;
    const made = await db
      .insertInto('organizations')
      .values({ slug, name: slug, parent_id: above })
      .returning('id')
      .executeTakeFirstOrThrow();
    above = made.id;
  }
  await sql`insert into organizations (slug, name, parent_id) select 'wide-' || n, 'Wide', ${world.uuid('shop-2')} from generate_series(1, 110) as n`.execute(
    db,
  );
  // A hundred roles each at three levels, so that more are usable than are shown.
  for (const slug of ['south', 'depot', 'deep-1']) {
    await sql`with made as (
        insert into roles (key, name, scopes) select ${slug.replace('-', '_')} || '_' || n, 'Role', array(select key from scopes) from generate_series(1, 100) as n returning id, key
      ) insert into organization_roles (role_id, key, organization_id)
        select made.id, made.key, o.id from made, organizations o where o.slug = ${slug}`.execute(
      db,
    );
  }
  // Somebody with a membership in each of 110 organizations, and ten roles in the first of them.
  const everywhere = await insertUser(world, 'everywhere@x.example', 'Everywhere');
  const wide = await world.rows(
    sql<{ id: string }>`select id from organizations where slug like 'wide-%' order by path`,
  );
  for (const { id } of wide)
    await insertMembership(world, id, everywhere, [
      'viewer',
      'user',
      'admin',
      'support',
      'cloud_rep',
      'restricted_user',
    ]);
  for (let n = 0; n < 30; n++)
    await insertMembership(
      world,
      world.uuid('kiosk'),
      await insertUser(world, `member${n}@x.example`),
      ['user', 'viewer'],
    );
  await insertInvitation(world, world.uuid('kiosk'), 'invited@x.example', tokenHash('offer'));
  await sql`insert into provisioning_steps (organization_id, name)
    select ${world.uuid('kiosk')}, unnest(array['IDENTITY', 'BILLING', 'TELEPHONY', 'PHONE_NUMBER', 'KNOWLEDGE_BASE'])`.execute(
    db,
  );
  const { rows } = await sql<{
    count: number;
  }>`select count(*)::int as count from usage_metrics`.execute(db);
  for (let n = rows[0]?.count ?? 0; n < METRICS_MAX; n++)
    await addMetric(db, {
      key: `extra_${n}`,
      name: 'Extra',
      unit: 'unit',
      description: null,
      parts: [],
      dividedBy: [],
      lateDays: 30,
    });
  const offered = await world.rows(sql`select from plans`);
  for (let n = offered.length; n < PLANS_MAX; n++)
    await addPlan(db, {
      key: `extra_${n}`,
      name: 'Extra',
      description: null,
      maxCalls: n + 1,
      priceId: null,
    });
});
afterAll(() => world.close());

const seen = new Set<string>();
interface Actual {
  nodes: number;
  values: number;
}

/** Counts what is in an answer, and notes the lists that hold something. */
function count(
  data: unknown,
  set: SelectionSetNode,
  typeName: string,
  document: DocumentNode,
): Actual {
  const total = { nodes: 0, values: 0 };
  if (typeof data !== 'object' || data === null) return total;
  const fragments = new Map(
    document.definitions
      .filter((one): one is FragmentDefinitionNode => one.kind === Kind.FRAGMENT_DEFINITION)
      .map((one) => [one.name.value, one]),
  );
  for (const selection of set.selections) {
    if (selection.kind !== Kind.FIELD) {
      const fragment =
        selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      const on = fragment?.typeCondition?.name.value ?? typeName;
      const own = (data as { __typename?: string }).__typename ?? typeName;
      if (fragment && (on === typeName || on === own))
        add(total, count(data, fragment.selectionSet, on, document));
      continue;
    }
    const type = schema.getType(typeName);
    const field =
      isObjectType(type) || isInterfaceType(type)
        ? type.getFields()[selection.name.value]
        : undefined;
    const value = (data as Record<string, unknown>)[selection.alias?.value ?? selection.name.value];
    total.values += 1;
    if (!field || value == null) continue;
    const isList = isListType(getNullableType(field.type));
    const items = isList ? (value as unknown[]) : [value];
    if (isList && items.length > 0) seen.add(`${typeName}.${selection.name.value}`);
    for (const item of items) {
      if (isList) total.values += 1;
      if (isList && selection.selectionSet) total.nodes += 1;
      if (selection.selectionSet)
        add(total, count(item, selection.selectionSet, getNamedType(field.type).name, document));
    }
  }
  return total;
}

function add(total: Actual, part: Actual): void {
  total.nodes += part.nodes;
  total.values += part.values;
}

async function compare(
  text: string,
  caller: Caller | { token: string } = 'key@acme',
): Promise<void> {
  const answer = await world.ask(text, typeof caller === 'string' ? { as: caller } : caller);
  expect(answer.errors, text).toBeUndefined();
  const document = parse(text);
  const operation = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
  const root = operation && schema.getRootType(operation.operation);
  if (!operation || !root) throw new Error('no operation');
  const actual = count(answer.data, operation.selectionSet, root.name, document);
  const estimate = estimator.estimate(document, null, {});
  expect(actual.nodes, text).toBeLessThanOrEqual(estimate.nodes);
  expect(actual.values, text).toBeLessThanOrEqual(estimate.cost);
  // An answer that is not measured because it is short for certain is short.
  expect(JSON.stringify(answer.data).length, text).toBeLessThanOrEqual(bytesAtMost(estimate));
}

describe('the answer is never more than was counted before it ran', () => {
  it('for the lists that can be read', async () => {
    const role = 'id key name scopes builtIn';
    for (const document of [
      `{ organization(slug: "${DEEPEST}") { ancestors { slug name } roles { ${role} } viewerAccess { scopes } } }`,
      `{ organization(slug: "deep-1") { roles { ${role} } } }`,
      `{ organization(slug: "shop-2") { people(first: 100) { totalCount edges { cursor node { user { email } memberships(first: 100) { scopes roles { ${role} } organization { slug } } } } nodes { memberships { id } } } } }`,
      `{ organization(slug: "kiosk") { members { edges { cursor node { id } } nodes { user { email } scopes roles { ${role} } } } invitations { edges { cursor } nodes { email roles { key } } } } }`,
      `{ organization { children(first: 1) { edges { cursor } } descendants(first: 100, search: "de") { totalCount edges { path matchedOn node { slug } } nodes { slug } } } }`,
      `{ organization(slug: "shop-2") { children(first: 100) { nodes { slug usage(${WINDOW}) { metrics { metric { key } value } buckets(size: WEEK) { from metrics { value } } byChild(metric: "voice_calls") { edges { cursor share } } } } } } }`,
      `{ organization { usage(${WINDOW}) { buckets(size: HOUR) { from to metrics { metric { key name } value } } } } }`,
      `{ organization { usage(from: "2026-01-30T13:14:15Z", to: "2026-04-01T00:00:01Z") { d: buckets(size: DAY) { from } w: buckets(size: WEEK, keys: ["voice_calls"]) { metrics { value } } m: buckets(size: MONTH) { from metrics { value } } } } }`,
      '{ usageMetrics { key name } plans { key name maxConcurrentCalls } scopes { key implies } viewer { scopes } }',
      '{ organization { apiKeys(first: 100) { edges { cursor } nodes { name scopes } } } }',
      '{ organization(slug: "kiosk") { provisioning { steps { name } } } }',
      '{ invitationPreview(token: "offer") { roles } }',
      `{ nodes(ids: [${Array.from({ length: 100 }, () => `"${world.org('shop-1')}"`).join()}]) { __typename ... on Organization { slug ancestors { slug } } ... on User { name } } }`,
      '{ __schema { types { name fields { name args { name type { name } } type { name ofType { name ofType { name } } } } enumValues { name } possibleTypes { name } interfaces { name } inputFields { name } } directives { name locations args { name } } } }',
    ])
      await compare(document);
    await compare(
      '{ viewer { memberships { edges { cursor } nodes { roles { key } } } invitations { edges { cursor } nodes { id } } personalAccessTokens { name } } }',
      'admin@acme',
    );
  });

  it('for what mutations answer', async () => {
    const organizationId = `organizationId: "${world.org('kiosk')}"`;
    const unknown = Array.from({ length: 9 }, (_, n) => `"unknown_${n}"`).join();
    const users = Array.from(
      { length: 40 },
      (_, n) => `{ email: "new${n}@x.example", roles: ["user", ${unknown}] }`,
    ).join();
    const result = '... on UserError { code message }';
    await compare(
      `mutation { inviteUsers(input: { ${organizationId}, users: [${users}] }) { __typename ... on InviteUsersPayload { results { email ignoredRoles invitation { roles { key } } error { code } } } ${result} } }`,
    );
    await compare(
      `mutation { createInvitation(input: { ${organizationId}, email: "one@x.example", roles: ["user", ${unknown}] }) { __typename ... on CreateInvitationPayload { ignoredRoles invitation { roles { key } } } } }`,
    );
    await compare(
      `mutation { createInvitation(input: { ${organizationId}, email: "two@x.example", roles: [${unknown}] }) { __typename ... on NoValidRoleError { ignoredRoles } } }`,
    );
    const userId = `userId: "${world.person('admin@kiosk')}"`;
    await compare(
      `mutation { updateMemberRoles(input: { ${organizationId}, ${userId}, roles: ["admin", ${unknown}] }) { __typename ... on UpdateMemberRolesPayload { ignoredRoles membership { roles { key } } } } }`,
    );
    await compare(
      `mutation { addMember(input: { ${organizationId}, email: "admin@north.example", roles: ["user", ${unknown}] }) { __typename ... on AddMemberPayload { ignoredRoles } } }`,
    );
    const events = Array.from(
      { length: 90 },
      (_, n) =>
        `{ organizationId: "${world.org('kiosk')}", id: "e${n}", metric: "voice_calls", quantity: 1, occurredAt: "${new Date().toISOString()}" }`,
    ).join();
    await compare(
      `mutation { recordUsage(input: { events: [${events}] }) { __typename ... on RecordUsagePayload { results { id status } } } }`,
    );
    await compare(
      `mutation { createOrganization(input: { parentId: "${world.org('kiosk')}", slug: "fresh", name: "Fresh",
      marketplaceOffers: [{ marketplace: AWS, url: "https://aws.example/" }], externalAccounts: [{ system: "crm", accountId: "1" }],
      users: [{ email: "boss@x.example", roles: ["admin", ${unknown}] }] }) { __typename
      ... on CreateOrganizationPayload { organization { marketplaceOffers { url } externalAccounts { system } } memberships { id } invitations { email } invitationOutcomes { email ignoredRoles } ignoredRoles } } }`,
      'admin@acme',
    );
    const [role] = await world.rows(
      sql<{ id: string }>`select id from roles where key = 'deep_1_1'`,
    );
    const [top] = await world.rows(
      sql<{ id: string }>`select id from organizations where slug = 'deep-2'`,
    );
    const member = await insertMembership(
      world,
      top?.id ?? '',
      await insertUser(world, 'moved@x.example'),
      [],
    );
    await sql`insert into membership_roles (membership_id, role_id) values (${member}, ${role?.id})`.execute(
      world.db,
    );
    const id = `org_${(top?.id ?? '').replaceAll('-', '')}`;
    await compare(
      `mutation { moveOrganization(input: { id: "${id}", newParentId: "${world.org('north')}" }) { __typename ... on MoveOrganizationPayload { adoptedRoles { key scopes } pathBefore pathAfter } } }`,
    );
    await compare(
      `mutation { deleteOrganization(input: { id: "${id}", mode: CASCADE }) { __typename ... on DeleteOrganizationPayload { deletedOrganizationIds } } }`,
    );
    const limited = { token: await insertApiKey(world.db, world.uuid('kiosk'), 'limited') };
    await sql`update api_keys set scopes = '{roles:manage,api_keys:manage}' where name = 'limited'`.execute(
      world.db,
    );
    await compare(
      `mutation { createRole(input: { organizationId: "${world.org('kiosk')}", key: "more", name: "More", scopes: ["billing:manage"] }) { __typename ... on RoleEscalationError { missingScopes } } }`,
      limited,
    );
    await compare(
      `mutation { createApiKey(input: { ${organizationId}, name: "more", scopes: ["billing:manage"] }) { __typename ... on ScopeEscalationError { missingScopes } } }`,
      limited,
    );
    await sql`insert into contacts (organization_id, kind, name, email)
      values (${world.uuid('acme')}, 'BILLING', 'Books', 'books@acme.example')`.execute(world.db);
    await compare('{ organization { contacts { edges { cursor } nodes { name } } } }');
    await compare(
      '{ organization { auditLog(includeDescendants: true) { edges { cursor } nodes { action before after } } } }',
    );
    const issuer = await insertApiKey(world.db, world.uuid('kiosk'), 'issuer');
    await compare(
      `mutation { createApiKey(input: { ${organizationId}, name: "issued", scopes: ["audit:read"] }) { __typename ... on CreateApiKeyPayload { apiKey { scopes } } } }`,
      { token: issuer },
    );
    const auditor = { token: await insertKey(world, 'kiosk', ['audit:read']) };
    await compare('{ organization { auditLog { nodes { action redacted } } } }', auditor);
    const [key] = await world.rows(
      sql<{ id: string }>`select id from api_keys where name = 'issuer'`,
    );
    await compare(
      `mutation { revokeApiKey(input: { id: "${encodeId('ApiKey', key?.id ?? '')}", includeIssued: true }) { __typename ... on RevokeApiKeyPayload { revokedApiKeyIds } } }`,
    );
  });

  it('for every list of the schema, none left out', () => {
    const lists = Object.values(schema.getTypeMap())
      .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
      .flatMap((type) =>
        isObjectType(type)
          ? Object.values(type.getFields()).flatMap((field) =>
              isListType(getNullableType(field.type)) ? [`${type.name}.${field.name}`] : [],
            )
          : [],
      );
    expect(lists.filter((name) => !seen.has(name))).toEqual([]);
  });
});
