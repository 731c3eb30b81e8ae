/**
 * The demonstration: a forest that shows everything, and a rival that its credentials must not see.
 * Written into an empty database only; the same on every machine except for dates and secrets.
 */
import pg from 'pg';
import { createToken, tokenHash, tokenPreview } from '../authentication/secret.ts';
import { encodeId } from '../values/ids.ts';
import { copyRows, type Cell } from './copy.ts';
import { seedDetails } from './demo-details.ts';
import { plantForest, type Organization } from './demo-forest.ts';
import { seedPeople, type Person } from './demo-people.ts';
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

const DAY_MS = 86_400_000;
/**
 * Enough for a quarter and the one before it; each day adds a hundredth to the time that the first
 * start takes.
 */
const USAGE_DAYS = 184;
/**
 * Fills an empty database; `announce` gets the credentials before anything is committed, so that
 * they cannot be lost.
 */
export async function seedDemo(
  url: string,
  now: Date,
  announce: (credentials: DemoCredentials) => Promise<void>,
): Promise<void> {
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
      [
        'id',
        'parent_id',
        'slug',
        'name',
        'kind',
        'domain',
        'domain_setup_status',
        'created_at',
        'updated_at',
      ],
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

/**
 * Half a year of days for every third organization: busy on weekdays, growing over time, the sums
 * in accord with each other.
 */
function* usage(
  organizations: readonly Organization[],
  random: Random,
  now: Date,
): Generator<Cell[]> {
  const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  for (const [index, organization] of organizations.entries()) {
    if (index % 3 !== 0) continue;
    const size = 5 + random.below(60);
    for (let day = USAGE_DAYS; day >= 1; day--) {
      const start = today - day * DAY_MS;
      const weekday = new Date(start).getUTCDay() % 6 === 0 ? 0.3 : 1;
      const calls = Math.round(
        size * weekday * (1 - day / (2 * USAGE_DAYS)) * (0.7 + 0.6 * random.next()),
      );
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
      for (const [metric, quantity] of values)
        yield [organization.id, `demo-${day}-${metric}`, metric, quantity, at, at];
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
  const root = organizations.find((o) => o.slug === 'cedar-group');
  const rival = organizations.find((o) => o.slug === 'rival-holdings');
  if (!root || !rival) throw new RangeError('the demonstration lacks one of its roots');
  const [keyId, tokenId] = [random.uuid(now), random.uuid(now)];
  const apiKey = createToken('ak', keyId);
  const personalAccessToken = createToken('pat', tokenId);
  await client.query(
    `insert into api_keys (id, organization_id, name, secret_hash, preview, scopes) select $1, $2, 'Demo key', $3, $4, array_agg(key order by position) from scopes`,
    [keyId, root.id, tokenHash(apiKey), tokenPreview(apiKey)],
  );
  await client.query(
    `insert into personal_access_tokens (id, user_id, name, secret_hash, preview) values ($1, $2, 'Demo token', $3, $4)`,
    [tokenId, owner.id, tokenHash(personalAccessToken), tokenPreview(personalAccessToken)],
  );
  await client.query(
    `insert into audit_events (action, actor_kind, actor_user_id, acting_organization_id, organization_id, target_type, target_id, after, request_id, at, id)
     select 'createOrganization', 'PERSONAL_ACCESS_TOKEN', $1, $2, o.id, 'Organization', organization_public_id(o.id),
            jsonb_build_object('slug', o.slug, 'name', o.name), 'demo', o.created_at, uuidv7(o.created_at - now())
     from organizations o where o.lineage[1] = $2 and o.id <> $2`,
    [owner.id, root.id],
  );
  return {
    apiKey,
    personalAccessToken,
    organizationId: encodeId('Organization', root.id),
    organizationSlug: root.slug,
    rivalOrganizationId: encodeId('Organization', rival.id),
  };
}
