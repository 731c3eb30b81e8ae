import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyAuditLog } from '../../src/modules/audit/verify.ts';
import { bootstrap, insertApiKey, type BootstrapResult } from '../../src/seed/bootstrap.ts';
import { seedSynthetic } from '../../src/seed/synthetic.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { gatewayOver } from '../setup/world.ts';

const ORGANIZATIONS = 300;

interface Event {
  action: string;
  targetType: string;
  targetId: string;
  after: Record<string, unknown> | null;
}

/** The audit log of the caller's organization, oldest first. */
async function logOf(database: TestDatabase, token: string): Promise<Event[]> {
  const query = `{ organization { auditLog(first: 50) { nodes {
    action actor { kind user { email } apiKeyName organization { slug } } actingOrganization { slug } viaAncestor
    targetType targetId before after redacted refusal requestId } } } }`;
  const response = await gatewayOver(database.gatewayDb).fetch('http://banyan.test/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  });
  const { data } = (await response.json()) as {
    data: { organization: { auditLog: { nodes: Event[] } } };
  };
  return data.organization.auditLog.nodes.toReversed();
}

const byOperator = {
  actor: { kind: 'OPERATOR', user: null, apiKeyName: null, organization: null },
  actingOrganization: null,
  viaAncestor: false,
  before: null,
  refusal: null,
};

describe('what an operator does at the command line', () => {
  let database: TestDatabase;
  let made: BootstrapResult;
  beforeAll(async () => {
    database = await createDatabase();
    made = await bootstrap(database.db, {
      slug: 'first-org',
      name: 'First',
      email: 'ada@first.example',
    });
  });
  afterAll(() => database.close());

  it('stands in the audit log of the organization that bootstrap made, each thing by itself and without secrets', async () => {
    const log = await logOf(database, made.apiKey);
    expect(log).toMatchObject([
      {
        ...byOperator,
        action: 'createOrganization',
        targetType: 'Organization',
        targetId: made.organizationId,
        after: { slug: 'first-org', name: 'First', kind: 'AGENCY', admin: made.userId },
        redacted: [],
        requestId: 'bootstrap',
      },
      {
        ...byOperator,
        action: 'createApiKey',
        targetType: 'ApiKey',
        after: {
          name: 'bootstrap',
          scopes: expect.arrayContaining(['audit:read']),
          expiresAt: null,
        },
        redacted: [],
        requestId: 'bootstrap',
      },
      {
        ...byOperator,
        action: 'createPersonalAccessToken',
        targetType: 'PersonalAccessToken',
        requestId: 'bootstrap',
      },
    ]);
    const text = JSON.stringify(log);
    for (const secret of [made.apiKey, made.personalAccessToken])
      expect(text).not.toContain(secret);
    expect(await verifyAuditLog(database.db)).toMatchObject({ events: 3, broken: 0 });
  });

  it('leaves nothing where bootstrap fails', async () => {
    await expect(
      bootstrap(database.db, { slug: 'first-org', name: 'Again', email: 'ada@first.example' }),
    ).rejects.toThrow('--slug is taken');
    expect(await verifyAuditLog(database.db)).toMatchObject({ events: 3 });
  });
});

describe('a seeded forest', () => {
  it('has one event for each tree, which says how many organizations it came with', async () => {
    const database = await createDatabase();
    await seedSynthetic(database.url, { organizations: ORGANIZATIONS, seed: 3, now: new Date() });
    const { rows } = await sql<{ id: string; slug: string; size: number }>`
      select o.id, o.slug, (select count(*)::int from organizations b where b.lineage[1] = o.id) as size
      from organizations o where o.parent_id is null order by size desc`.execute(database.db);
    const [largest] = rows;
    const log = await logOf(database, await insertApiKey(database.db, largest?.id ?? '', 'key'));
    expect(log).toMatchObject([
      {
        ...byOperator,
        action: 'seed',
        targetType: 'Organization',
        after: { slug: largest?.slug, affectedCount: largest?.size },
        redacted: [],
        requestId: 'seed',
      },
    ]);
    expect(await verifyAuditLog(database.db)).toMatchObject({ events: rows.length, broken: 0 });
    await database.close();
  });
});
