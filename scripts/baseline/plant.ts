/** A database that holds something of everything, made through the API as far as the API can. */
import { sql } from 'kysely';
import { databaseNow } from '../../src/database/clock.ts';
import type { Database } from '../../src/database/connect.ts';
import { parseId } from '../../src/values/ids.ts';
import { makeTasks } from '../../src/commands/tasks.ts';
import { runDueJobs } from '../../src/jobs/worker.ts';
import type { Message } from '../../src/mail/mailer.ts';
import { purgeOrganizations } from '../../src/modules/organization/delete/jobs.ts';
import { addPhoneNumbers } from '../../src/modules/provisioning/phone-numbers.ts';
import { LOCAL_PROVISIONING, makeProviders } from '../../src/modules/provisioning/providers.ts';
import { bootstrap, insertPersonalAccessToken } from '../../src/seed/bootstrap.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { readManifest } from '../../src/modules/trusted-documents/manifest.ts';
import { schema } from '../../src/schema.ts';
import { addTrustedDocuments } from '../../src/modules/trusted-documents/queries.ts';
import { rollUpUsage } from '../../src/modules/usage/roll-up.ts';
import type { Reading } from './snapshot.ts';

/** Asks a gateway over the database as the holder of a token; rejects when the answer has an error. */
export type Ask = (
  question: Omit<Reading, 'data'>,
  variables?: object,
) => Promise<Record<string, unknown>>;

export interface Place {
  owner: Database;
  /** Connected as gateways are. */
  db: Database;
  /** Address for `db`. */
  url: string;
  ask: Ask;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** A document and the SHA-256 of it, as code generators write them. */
const MANIFEST = `{ "364dbcac6e07d34db52142015ef2fe0469b400d99b0bd04dfd501bed87878f2f": "query Slug { organization { slug } }" }`;

/** Plants everything and returns the questions whose answers every later version has to give as well. */
export async function plant({ owner, db, url, ask }: Place): Promise<Omit<Reading, 'data'>[]> {
  const first = await bootstrap(owner, { slug: 'acme', name: 'Acme', email: 'ann@acme.example' });
  const rival = await bootstrap(owner, {
    slug: 'rival',
    name: 'Rival',
    email: 'rob@rival.example',
  });
  const token = first.apiKey;
  const mails: Message[] = [];
  const log = createLogger('warn');
  const jobs = async (): Promise<void> => {
    const tasks = makeTasks({
      db,
      log: createLogger('silent'),
      mailer: (mail) => Promise.resolve(void mails.push(mail)),
      linkTemplate: 'https://front.example/join/{token}',
      providers: makeProviders(db, LOCAL_PROVISIONING),
      dnsServers: ['127.0.0.1:1'],
      pendingHours: 72,
      retentionDays: 30,
      usageEventDays: 400,
    });
    await sql`update graphile_worker._private_jobs set run_at = now() where locked_at is null`.execute(
      owner,
    );
    await runDueJobs({ url, log, tasks });
  };
  /** Runs a mutation, whose payload must be the one of success, and returns what was asked of it. */
  const change = async <Result>(
    name: string,
    fields: string,
    input: object,
    as = token,
  ): Promise<Result> => {
    const type = name[0]?.toUpperCase() + name.slice(1);
    const query = `mutation ($input: ${type}Input!) { ${name}(input: $input) { __typename ... on ${type}Payload { ${fields} } } }`;
    const data = await ask({ token: as, query }, { input });
    const payload = data[name] as Result & { __typename: string };
    if (payload.__typename !== `${type}Payload`)
      throw new Error(`${name} ended with ${JSON.stringify(payload)}`);
    return payload;
  };
  const organization = async (
    slug: string,
    parentId: string,
    more: object = {},
  ): Promise<string> => {
    const input = { slug, parentId, name: `The ${slug}`, idempotencyKey: `make ${slug}`, ...more };
    return (
      await change<{ organization: { id: string } }>(
        'createOrganization',
        'organization { id }',
        input,
      )
    ).organization.id;
  };
  const invite = async (organizationId: string, email: string, roles: string[]): Promise<string> =>
    (
      await change<{ invitation: { id: string } }>('createInvitation', 'invitation { id }', {
        organizationId,
        email,
        roles,
      })
    ).invitation.id;
  const person = async (email: string): Promise<string> => {
    const { id } = await owner
      .insertInto('users')
      .values({ email, canonical_email: email, name: `Person ${email.split('@')[0]}` })
      .returning('id')
      .executeTakeFirstOrThrow();
    return insertPersonalAccessToken(owner, id, 'planted');
  };
  const tokenTo = (email: string): string =>
    /inv_[\w-]{48}/.exec(mails.findLast((mail) => mail.to === email)?.text ?? '')?.[0] ?? '';

  // The tree.
  await addPhoneNumbers(owner, ['+12025550101', '+12025550102', '+12025550103', '+12025550104']);
  const north = await organization('north', first.organizationId, { kind: 'RESELLER' });
  const south = await organization('south', first.organizationId, { kind: 'AFFILIATE' });
  const shop = await organization('shop', north, {
    domain: 'shop.example',
    billingEmail: 'bills@shop.example',
    branding: { logoUrl: 'https://shop.example/logo.png', primaryColor: '#112233' },
    primaryAddress: {
      line1: '1 High Street',
      city: 'Café Town',
      state: 'CA',
      zip: '90001',
      country: 'US',
    },
    externalAccounts: [{ system: 'crm', accountId: 'shop-1' }],
    marketplaceOffers: [{ marketplace: 'AWS', url: 'https://aws.example/shop' }],
    users: [{ email: 'uma@shop.example', roles: ['user'] }],
  });
  const kiosk = await organization('kiosk', shop);
  const asleep = await organization('asleep', south);
  const doomed = await organization('doomed', south);
  await organization('doomed-child', doomed);
  const purged = await organization('purged', south);
  await jobs();
  await change('updateOrganization', 'organization { version }', {
    id: kiosk,
    name: 'Kiosk Zürich',
    expectedVersion: 1,
    idempotencyKey: 'rename',
  });

  // People: every state of an invitation, a role of its own, and one that a move takes along.
  await change('createRole', 'role { id }', {
    organizationId: north,
    key: 'auditor',
    name: 'Auditor',
    scopes: ['usage:read', 'audit:read'],
  });
  const tokens = new Map<string, string>();
  for (const name of ['ben', 'dora']) tokens.set(name, await person(`${name}@shop.example`));
  await invite(shop, 'ben@shop.example', ['auditor', 'viewer']);
  await invite(shop, 'dora@shop.example', ['user']);
  const revoked = await invite(shop, 'rita@shop.example', ['user']);
  const expired = await invite(shop, 'ed@shop.example', ['user']);
  await invite(kiosk, 'pia@kiosk.example', ['admin']);
  await jobs();
  const [ben = '', dora = ''] = tokens.values();
  await change(
    'acceptInvitation',
    'membership { id }',
    { token: tokenTo('ben@shop.example'), idempotencyKey: 'accept' },
    ben,
  );
  await change(
    'declineInvitation',
    'invitation { id }',
    { token: tokenTo('dora@shop.example') },
    dora,
  );
  await change('revokeInvitation', 'invitation { id }', { id: revoked });
  // Those that wait still do when this is read, years from now.
  await sql`update invitations set expires_at = '2126-01-01T00:00:00Z' where status = 'PENDING'`.execute(
    owner,
  );
  await sql`update invitations set expires_at = now() - interval '1 day' where id = ${parseId(expired)?.uuid ?? ''}::uuid`.execute(
    owner,
  );
  await sql`insert into user_identities (issuer, subject, user_id) select 'https://id.example/', 'ben', id from users where email = 'ben@shop.example'`.execute(
    owner,
  );

  await change(
    'createOrganization',
    'organization { id }',
    { slug: 'dora-own', name: 'Dora', idempotencyKey: 'own' },
    dora,
  );

  // Credentials.
  const key = await change<{ apiKey: { id: string } }>('createApiKey', 'apiKey { id } secret', {
    organizationId: shop,
    name: 'Till',
    scopes: ['usage:write'],
    idempotencyKey: 'till',
  });
  await change('revokeApiKey', 'apiKey { id }', { id: key.apiKey.id });
  await change('createContact', 'contact { id }', {
    organizationId: shop,
    name: 'Ann Lee',
    email: 'ann@shop.example',
    kind: 'BILLING',
  });
  await change(
    'createPersonalAccessToken',
    'personalAccessToken { id } secret',
    { name: 'Laptop', idempotencyKey: 'laptop' },
    ben,
  );

  // Usage: some in the totals, some not yet, in organizations that are moved and deleted afterwards.
  const now = (await databaseNow(db)).getTime();
  const record = async (
    name: string,
    organizations: readonly string[],
    days: number,
  ): Promise<void> => {
    const events = organizations.flatMap((organizationId, place) =>
      Array.from({ length: days }, (_, day) => ({
        id: `${name}-${place}-${day}`,
        organizationId,
        metric: day % 2 === 0 ? 'voice_minutes' : 'chat_calls',
        quantity: day % 2 === 0 ? '1.250000001' : '3',
        occurredAt: new Date(now - day * DAY_MS - place * HOUR_MS),
      })),
    );
    await change('recordUsage', 'acceptedCount', { events });
  };
  await record('rolled', [first.organizationId, north, shop, kiosk, doomed, purged], 16);
  while ((await rollUpUsage(db)) > 0);
  await record('waiting', [shop, kiosk, south], 6);

  // Moves, suspension, deletion.
  await change('moveOrganization', 'organization { id }', {
    id: shop,
    newParentId: south,
    idempotencyKey: 'move',
  });
  await change('suspendOrganization', 'organization { id }', {
    id: asleep,
    reason: 'Unpaid',
    idempotencyKey: 'sleep',
  });
  await change('deleteOrganization', '__typename', { id: purged });
  await purgeOrganizations(owner, 0);
  await change('deleteOrganization', '__typename', { id: doomed, mode: 'CASCADE' });
  await jobs();
  await change('moveOrganization', 'organization { id }', { id: kiosk, newParentId: north });
  // An attempt that is refused stands in the audit log as well.
  await ask({
    token: dora,
    query: `mutation { deleteOrganization(input: { id: "${shop}" }) { __typename } }`,
  }).catch(() => undefined);

  await addTrustedDocuments(owner, 'web', readManifest(MANIFEST, schema));
  await sql`insert into rate_budgets (key, points, expire) values ('credentialRequests:planted', 3, 4922899200000)`.execute(
    owner,
  );

  const from = new Date(now - 18 * DAY_MS).toISOString();
  const to = new Date(now + DAY_MS).toISOString();
  return questions(token, rival.apiKey, ben, { shop, from, to });
}

function questions(
  key: string,
  rivalKey: string,
  person: string,
  { shop, from, to }: Record<string, string>,
): Omit<Reading, 'data'>[] {
  const organization = 'id slug name kind status version depth domain createdAt parent { slug }';
  return [
    {
      token: key,
      query: `{ organization { ${organization} descendantCount descendants(first: 100) { totalCount edges { path depth node { ${organization} } } } } }`,
    },
    {
      token: key,
      query: `{ organization { descendants(first: 100, includeDeleted: true) { edges { node { ${organization} } } } } }`,
    },
    {
      token: key,
      query: `{ organization { descendants(search: "zürich", first: 10) { totalCount edges { matchedOn node { slug } } } } }`,
    },
    {
      token: key,
      query: `{ organization(id: "${shop}") { members(first: 50) { edges { node { id user { email name } roles { key } scopes } } } roles { key name scopes builtIn }
        invitations(first: 50, status: [PENDING, ACCEPTED, DECLINED, REVOKED, EXPIRED]) { totalCount edges { node { id email status roles { key } delivery { status attempts } invitedBy { kind apiKeyName } } } }
        externalReference contacts(first: 50) { nodes { id kind name email } }
        apiKeys(first: 50) { edges { node { id name preview scopes createdAt revokedAt } } }
        billing { plan status email } branding { logoUrl primaryColor } primaryAddress { line1 city state zip country }
        externalAccounts { system accountId } marketplaceOffers { marketplace url }
        provisioning { status steps { name status attempts resourceId } } domainSetupStatus domainVerification { recordName recordValue } } }`,
    },
    {
      token: key,
      query: `{ organization { auditLog(first: 100, includeDescendants: true) { edges { node { id at action targetType targetId before after refusal requestId actor { kind apiKeyName } } } } } }`,
    },
    ...['ALL', 'SINGLE'].map((scope) => ({
      token: key,
      query: `{ organization { usage(from: "${from}", to: "${to}", scope: ${scope}) { organizationCount metrics { metric { key } value } buckets(size: DAY) { from metrics { metric { key } value } } byChild(metric: "voice_minutes", first: 50) { edges { node { slug } own subtree } } } } }`,
    })),
    {
      token: key,
      query: `{ organization { people(first: 50) { edges { node { user { email name } } } } } }`,
    },
    { token: rivalKey, query: `{ organization { ${organization} descendantCount } }` },
    {
      token: person,
      organization: 'shop',
      query:
        '{ viewer { user { email name } scopes organization { slug } memberships(first: 10) { edges { node { id roles { key } scopes } } } personalAccessTokens { id name preview } } }',
    },
  ];
}
