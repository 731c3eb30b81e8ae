/**
 * The demonstration: a forest that shows everything, and a rival that its credentials must not see. Written into an
 * empty database only; the same on every machine except for dates and secrets.
 */
import pg from 'pg';
import { createToken, tokenHash, tokenPreview } from '../authentication/secret.ts';
import { encodeId } from '../values/ids.ts';
import { copyRows, type Cell } from './copy.ts';
import { seedDetails } from './demo-details.ts';
import { plantForest, type Organization } from './demo-forest.ts';
import { personName, slugged } from './names.ts';
import { Random } from './random.ts';
import { settleUsage } from './synthetic.ts';

/** What a newcomer needs; also written to `DATA_DIR/demo.json`. */
export interface DemoCredentials {
  apiKey: string;
  personalAccessToken: string;
  organizationId: string;
  organizationSlug: string;
  rivalOrganizationId: string;
}

interface Person {
  id: string;
  email: string;
  name: string;
}

const DAY_MS = 86_400_000;
/** Enough for a quarter and the one before it; each day adds a hundredth to the time that the first start takes. */
const USAGE_DAYS = 184;
const ROLES = ['admin', 'viewer', 'user', 'support', 'cloud_rep', 'restricted_user'] as const;

/** Fills an empty database; `announce` gets the credentials before anything is committed, so that they cannot be lost. */
export async function seedDemo(url: string, now: Date, announce: (credentials: DemoCredentials) => Promise<void>): Promise<void> {
  const random = new Random(2026);
  const organizations = plantForest(random, now);
  const client = new pg.Client({ connectionString: url });
  // The statement under way says it as well.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('begin');
    await copyRows(
      client,
      'organizations',
      ['id', 'parent_id', 'slug', 'name', 'kind', 'domain', 'domain_setup_status', 'created_at', 'updated_at'],
      organizations.map((o) => [
        o.id,
        o.parent?.id ?? null,
        o.slug,
        o.name,
        o.kind,
        o.domain,
        o.domain ? random.pick(['VERIFIED', 'VERIFIED', 'PENDING', 'FAILED']) : 'NOT_CONFIGURED',
        o.createdAt,
        o.createdAt,
      ]),
    );
    await seedDetails(client, organizations, random, now);
    const owner = await seedPeople(client, organizations, random, now);
    await copyRows(
      client,
      'usage_events',
      ['organization_id', 'id', 'metric', 'quantity', 'occurred_at', 'recorded_at'],
      usage(organizations, random, now),
    );
    const credentials = await seedCredentials(client, organizations, owner, random, now);
    await announce(credentials);
    await settleUsage(client);
    await client.query('commit');
    await client.query('analyze');
  } finally {
    await client.end();
  }
}

async function seedPeople(client: pg.Client, organizations: readonly Organization[], random: Random, now: Date): Promise<Person> {
  const { rows } = await client.query<{ id: string; key: string }>('select id, key from roles where built_in');
  const roleIds = new Map(rows.map((role) => [role.key, role.id]));
  const people: Person[] = [];
  const person = (name: string, createdAt: Date): Person => {
    const added = { id: random.uuid(createdAt), name, email: `${slugged(name).replace('-', '.')}${people.length || ''}@mail.example` };
    people.push(added);
    return added;
  };
  const memberships: { id: string; organization: Organization; person: Person; role: string }[] = [];
  const join = (organization: Organization, member: Person, role: string): void => {
    memberships.push({ id: random.uuid(organization.createdAt), organization, person: member, role });
  };
  const [home] = organizations;
  if (!home) throw new RangeError('the demonstration has no organization');
  const owner = person('Dana Meyer', home.createdAt);
  join(home, owner, 'admin');
  for (const role of ROLES) join(home, person(personName(random), home.createdAt), role);
  for (const organization of organizations.slice(1)) {
    join(organization, person(personName(random), organization.createdAt), 'admin');
    const others = random.below(5);
    for (let n = 0; n < others; n++) join(organization, person(personName(random), organization.createdAt), random.pick(ROLES));
  }
  // The owner belongs to one organization below as well, so that both kinds of access show.
  const below = organizations.find((o) => o.parent === home);
  if (below) join(below, owner, 'viewer');
  await copyRows(
    client,
    'users',
    ['id', 'email', 'canonical_email', 'name', 'created_at'],
    people.map((p) => [p.id, p.email, p.email, p.name, home.createdAt]),
  );
  await copyRows(
    client,
    'memberships',
    ['id', 'organization_id', 'user_id', 'created_at', 'updated_at'],
    memberships.map((m) => [m.id, m.organization.id, m.person.id, m.organization.createdAt, m.organization.createdAt]),
  );
  await copyRows(
    client,
    'membership_roles',
    ['membership_id', 'role_id'],
    memberships.map((m) => [m.id, roleIds.get(m.role) ?? null]),
  );
  await client.query(
    `with made as (
      insert into roles (key, name, description, scopes) values ('billing_clerk', 'Billing clerk', 'Looks after invoices.', '{billing:manage,usage:read}') returning id, key
    ) insert into organization_roles (role_id, key, organization_id) select id, key, $1 from made`,
    [home.id],
  );

  const invitations = organizations.flatMap((organization, index) => {
    if (index % 4 !== 0) return [];
    const expired = index % 8 === 4;
    const at = new Date(now.getTime() - (expired ? 20 : 2) * DAY_MS);
    const email = `${slugged(personName(random)).replace('-', '.')}.new${index}@mail.example`;
    const admin = memberships.find((m) => m.organization === organization && m.role === 'admin');
    return [{ id: random.uuid(at), organization, at, email, inviter: admin?.person.id ?? null }];
  });
  await copyRows(
    client,
    'invitations',
    [
      'id',
      'organization_id',
      'email',
      'canonical_email',
      'inviter_kind',
      'inviter_user_id',
      'inviter_organization_id',
      'expires_at',
      'created_at',
      'updated_at',
    ],
    invitations.map((i) => [
      i.id,
      i.organization.id,
      i.email,
      i.email,
      'PERSONAL_ACCESS_TOKEN',
      i.inviter,
      i.organization.id,
      new Date(i.at.getTime() + 7 * DAY_MS),
      i.at,
      i.at,
    ]),
  );
  await copyRows(
    client,
    'invitation_roles',
    ['invitation_id', 'role_id'],
    invitations.map((i, index) => [i.id, roleIds.get(index % 3 === 0 ? 'admin' : 'user') ?? null]),
  );
  await copyRows(
    client,
    'invitation_deliveries',
    ['invitation_id', 'status', 'attempts', 'sent_at'],
    invitations.map((i) => [i.id, 'SENT', 1, i.at]),
  );
  return owner;
}

/** Half a year of days for every third organization: busy on weekdays, growing over time, the sums in accord with each other. */
function* usage(organizations: readonly Organization[], random: Random, now: Date): Generator<Cell[]> {
  const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  for (const [index, organization] of organizations.entries()) {
    if (index % 3 !== 0) continue;
    const size = 5 + random.below(60);
    for (let day = USAGE_DAYS; day >= 1; day--) {
      const start = today - day * DAY_MS;
      const weekday = new Date(start).getUTCDay() % 6 === 0 ? 0.3 : 1;
      const calls = Math.round(size * weekday * (1 - day / (2 * USAGE_DAYS)) * (0.7 + 0.6 * random.next()));
      const inbound = random.below(calls + 1);
      const seconds = calls * (60 + random.below(240));
      const runs = random.below(calls + 5);
      const failed = random.below(Math.ceil(runs / 8) + 1);
      const values: [string, number | string][] = [
        ['voice_calls', calls],
        ['inbound_calls', inbound],
        ['outbound_calls', calls - inbound],
        ['call_seconds', seconds],
        ['voice_minutes', (seconds / 60).toFixed(3)],
        ['chat_calls', Math.round(calls / 3)],
        ['chat_minutes', (calls * 1.7).toFixed(3)],
        ['workflow_runs', runs],
        ['workflow_runs_failed', failed],
        ['workflow_runs_succeeded', runs - failed],
      ];
      const at = new Date(start + 12 * 3_600_000 + random.below(3_600_000));
      for (const [metric, quantity] of values) yield [organization.id, `demo-${day}-${metric}`, metric, quantity, at, at];
    }
  }
}

async function seedCredentials(
  client: pg.Client,
  organizations: readonly Organization[],
  owner: Person,
  random: Random,
  now: Date,
): Promise<DemoCredentials> {
  const home = organizations.find((o) => o.slug === 'cedar-group');
  const rival = organizations.find((o) => o.slug === 'rival-holdings');
  if (!home || !rival) throw new RangeError('the demonstration lacks one of its roots');
  const [keyId, tokenId] = [random.uuid(now), random.uuid(now)];
  const apiKey = createToken('ak', keyId);
  const personalAccessToken = createToken('pat', tokenId);
  await client.query(
    `insert into api_keys (id, organization_id, name, secret_hash, preview, scopes) select $1, $2, 'Demo key', $3, $4, array_agg(key order by position) from scopes`,
    [keyId, home.id, tokenHash(apiKey), tokenPreview(apiKey)],
  );
  await client.query(`insert into personal_access_tokens (id, user_id, name, secret_hash, preview) values ($1, $2, 'Demo token', $3, $4)`, [
    tokenId,
    owner.id,
    tokenHash(personalAccessToken),
    tokenPreview(personalAccessToken),
  ]);
  await client.query(
    `insert into audit_events (action, actor_kind, actor_user_id, acting_organization_id, organization_id, target_type, target_id, after, request_id, at, id)
     select 'createOrganization', 'PERSONAL_ACCESS_TOKEN', $1, $2, o.id, 'Organization', organization_public_id(o.id),
            jsonb_build_object('slug', o.slug, 'name', o.name), 'demo', o.created_at, uuidv7(o.created_at - now())
     from organizations o where o.lineage[1] = $2 and o.id <> $2`,
    [owner.id, home.id],
  );
  return {
    apiKey,
    personalAccessToken,
    organizationId: encodeId('Organization', home.id),
    organizationSlug: home.slug,
    rivalOrganizationId: encodeId('Organization', rival.id),
  };
}
