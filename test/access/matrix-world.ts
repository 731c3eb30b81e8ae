/**
 * The world of the authorization matrix: organizations in every position to the acting one, rows of every kind in each, and
 * credentials in every state with every set of scopes.
 */
import { sql, type RawBuilder } from 'kysely';
import {
  createToken,
  parseToken,
  tokenHash,
  tokenPreview,
  type TokenKind,
} from '../../src/authentication/secret.ts';
import { REQUEST_LIMITS } from '../../src/limits/settings.ts';
import { Sessions } from '../../src/authentication/session.ts';
import { encodeId } from '../../src/values/ids.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { startIssuer, type Issuer } from '../setup/issuer.ts';
import {
  createWorld,
  insertInvitation,
  insertMembership,
  insertRole,
  insertUser,
  missingId,
  type RequestOptions,
  type World,
} from '../setup/world.ts';
import { insertNodes, NODE_TYPES, type NodeType } from '../setup/nodes.ts';
import { profileColumns } from './cells.ts';
import type { Asker, Target } from './verdicts.ts';
import { ROLES, SCOPES, type Forest, type ScopeName } from './model.ts';

/** The organization that callers act in. */
export const ACTING = 'north';

/** A name for each set of scopes. */
export const SCOPE_SETS: Readonly<Record<string, readonly ScopeName[]>> = {
  ...ROLES,
  ...Object.fromEntries(SCOPES.map((scope) => [scope, [scope]])),
  all: SCOPES,
  none: [],
};

/** Targets by their position to the acting organization, as slugs. */
export const POSITIONS = {
  acting: ACTING,
  child: 'shop-1',
  grandchild: 'kiosk',
  'child that the person belongs to': 'shop-2',
  'suspended child': 'halted',
  'deleted child': 'gone',
  'moved in a moment ago': 'came',
  'moved out a moment ago': 'left',
  parent: 'acme',
  root: 'crown',
  sibling: 'south',
  'below the sibling': 'depot',
  'foreign tree': 'rival',
  'foreign tree that the person belongs to': 'rival-shop',
  missing: 'missing',
} as const;

/** Why a credential is refused before anything is asked, with the status of HTTP. */
interface Refusal {
  code: string;
  status: number;
}

export interface CredentialState {
  name: string;
  /** In which organization its requests act, or why they do not get that far. */
  acts: 'organization' | 'nowhere' | 'anonymous' | Refusal;
  person: boolean;
  options(set: string): RequestOptions;
}

const refused: Refusal = { code: 'UNAUTHENTICATED', status: 401 };
const elsewhere: Refusal = { code: 'NOT_FOUND', status: 404 };

export interface MatrixWorld {
  world: World;
  forest: Forest;
  targets: readonly Target[];
  states: readonly CredentialState[];
  probe: { probe: string; probeId: string };
  /** Public id of a revoked token of the person with this set. */
  ownToken(set: string): string;
  asker(state: CredentialState, set: string): Asker;
  /** Brings back who was removed, and takes away what was added. */
  repair(): Promise<void>;
  close(): Promise<void>;
}

export async function createMatrixWorld(): Promise<MatrixWorld> {
  const issuer = await startIssuer();
  const world = await createWorld({
    sessions: new Sessions(issuer.settings, createLogger('silent')),
    // One document asks for everything that a request begins with.
    limits: { document: { ...REQUEST_LIMITS.document, rootFields: 20 } },
  });
  const forest = await plant(world);
  const targets: Target[] = [];
  for (const slug of Object.values(POSITIONS))
    targets.push(slug === 'missing' ? nothing() : await furnish(world, forest, slug));
  await sql`create table spare_contacts as select * from contacts where name = 'Spare'`.execute(
    world.db,
  );
  // Its members rest, and its children are gone with it.
  await sql`update organizations set status = 'DELETED', deleted_at = now(),
    deleted_with = (select id from organizations where slug = 'gone') where slug in ('gone', 'gone-child')`.execute(
    world.db,
  );
  await sql`update organizations set status = 'SUSPENDED' where slug in ('halted', 'frozen')`.execute(
    world.db,
  );
  const { states, ownToken } = await credentials(world, issuer);
  const probeId = encodeId('Organization', await organization(world, 'probe', ACTING));
  return {
    world,
    forest: new Map([...forest, ['probe', { parent: ACTING }]]),
    targets,
    states,
    probe: { probe: 'probe', probeId },
    ownToken,
    asker: ({ acts, person }, set) => ({
      request:
        acts === 'organization' ? { organization: ACTING, given: SCOPE_SETS[set] ?? [] } : null,
      person,
      anonymous: acts === 'anonymous',
    }),
    async repair() {
      await sql`
        with back as (
          insert into memberships (organization_id, user_id)
          select o.id, u.id from users u join organizations o on u.email = 'leaver@' || o.slug || '.example'
          on conflict (organization_id, user_id) do nothing returning id
        )
        insert into membership_roles (membership_id, role_id)
        select back.id, r.id from back, roles r where r.built_in and r.key = 'user'`.execute(
        world.db,
      );
      await sql`insert into contacts select * from spare_contacts on conflict do nothing`.execute(
        world.db,
      );
      await sql`delete from api_keys where name = 'matrix'`.execute(world.db);
      await sql`delete from personal_access_tokens where name = 'matrix'`.execute(world.db);
    },
    async close() {
      await world.close();
      await issuer.close();
    },
  };
}

async function one(world: World, statement: RawBuilder<{ id: string }>): Promise<string> {
  const [row] = await world.rows(statement);
  if (!row) throw new RangeError('a row was expected');
  return row.id;
}

const organization = (world: World, slug: string, parent: string | null): Promise<string> =>
  one(
    world,
    sql<{ id: string }>`insert into organizations (slug, name, parent_id)
      values (${slug}, ${`The ${slug}`}, (select id from organizations where slug = ${parent})) returning id`,
  );

/** Adds what the positions need to the forest of the tests, and returns the whole as the model knows it. */
async function plant(world: World): Promise<Forest> {
  await organization(world, 'crown', null);
  await sql`update organizations set parent_id = (select id from organizations where slug = 'crown') where slug = 'acme'`.execute(
    world.db,
  );
  for (const [slug, parent] of [
    ['halted', ACTING],
    ['gone', ACTING],
    ['came', 'south'],
    ['left', ACTING],
    ['frozen', null],
    ['below-frozen', 'frozen'],
    ['dropped', null],
  ] as const)
    await organization(world, slug, parent);
  for (const slug of Object.values(POSITIONS))
    if (slug !== 'missing') await organization(world, `${slug}-child`, slug);
  // Through the API, as organizations are moved.
  for (const [slug, parent] of [
    ['came', ACTING],
    ['left', 'south'],
  ] as const) {
    const id = encodeId(
      'Organization',
      await one(world, sql<{ id: string }>`select id from organizations where slug = ${slug}`),
    );
    const moved = await world.ask(
      `mutation { moveOrganization(input: { id: "${id}", newParentId: "${world.org(parent)}" }) { __typename } }`,
      { as: 'key@acme' },
    );
    if (!moved.text.includes('MoveOrganizationPayload')) throw new Error(moved.text);
  }
  const rows = await world.rows(sql<{ slug: string; parent: string | null }>`
    select o.slug, p.slug as parent from organizations o left join organizations p on p.id = o.parent_id`);
  return new Map(
    rows.map(({ slug, parent }) => [
      slug,
      { parent, deleted: slug === 'gone' || slug === 'gone-child' },
    ]),
  );
}

/** A target that is not there. */
function nothing(): Target {
  const nodes = Object.fromEntries(
    NODE_TYPES.map((type) => [type, missingId(type)]),
  ) as Target['nodes'];
  return {
    slug: 'missing',
    id: missingId('Organization'),
    parentId: missingId('Organization'),
    nodes,
    memberEmail: 'member@missing.example',
    leaver: missingId('User'),
    contactEmail: 'contact@missing.example',
    spareContact: missingId('Contact'),
    closedInvitation: missingId('Invitation'),
    revokedKey: missingId('ApiKey'),
  };
}

/** When sessions end, in seconds since 1970: after the longest run. */
const NIGHT_END = Math.floor(Date.now() / 1_000) + 86_400;

/** Puts a row of every kind into an organization. */
async function furnish(world: World, forest: Forest, slug: string): Promise<Target> {
  const { db } = world;
  const id = await one(
    world,
    sql<{ id: string }>`select id from organizations where slug = ${slug}`,
  );
  const parent = forest.get(slug)?.parent ?? slug;
  const parentId = await one(
    world,
    sql<{ id: string }>`select id from organizations where slug = ${parent}`,
  );
  await sql`insert into billing_accounts (organization_id) values (${id})`.execute(db);
  const profile = {
    organization_id: id,
    address_line1: '1 Main St',
    address_city: 'Town',
    address_state: 'ST',
    address_zip: '1',
    address_country: 'DE',
    primary_color: '#112233',
    ...profileColumns,
  };
  await sql`insert into organization_profiles
    select * from jsonb_populate_record(null::organization_profiles, ${JSON.stringify(profile)}::jsonb)`.execute(
    db,
  );
  await sql`insert into external_accounts (organization_id, system, account_id) values (${id}, 'zuora', ${slug})`.execute(
    db,
  );
  await sql`insert into usage_events (organization_id, id, metric, quantity, occurred_at)
    values (${id}, 'e1', 'voice_calls', 3, '2026-01-05T05:05:05Z')`.execute(db);
  const rows = await insertNodes(world, id, slug);
  const [contact] = await world.rows(
    sql<{ email: string }>`select email from contacts where id = ${rows.Contact}`,
  );
  const contactEmail = contact?.email ?? '';
  const spareContact = await one(
    world,
    sql<{
      id: string;
    }>`insert into contacts (organization_id, kind, name, email) values (${id}, 'TECHNICAL', 'Spare', 'spare@x.example') returning id`,
  );
  const memberEmail = `member@${slug}.example`;
  const user = await insertUser(world, memberEmail);
  const membership = await insertMembership(world, id, user, ['user']);
  const leaver = await insertUser(world, `leaver@${slug}.example`);
  await insertMembership(world, id, leaver, ['user']);
  const role = await insertRole(world, id, 'own');
  // A role that is held cannot be deleted; whoever holds it is not changed by the matrix.
  await insertMembership(world, id, await insertUser(world, `holder@${slug}.example`), [role]);
  const key = (revoked: boolean): Promise<string> => {
    const revokedAt = revoked ? sql`now()` : sql`null`;
    return one(
      world,
      sql<{
        id: string;
      }>`insert into api_keys (organization_id, name, secret_hash, preview, scopes, revoked_at)
        values (${id}, 'k', ${tokenHash(slug)}, 'ak', '{}', ${revokedAt}) returning id`,
    );
  };
  const closed = await insertInvitation(
    world,
    id,
    `closed@${slug}.example`,
    tokenHash(`closed ${slug}`),
  );
  await sql`update invitations set status = 'REVOKED' where id = ${closed}`.execute(db);
  const uuids: Record<NodeType, string> = {
    ...rows,
    User: user,
    Membership: membership,
    Invitation: await insertInvitation(
      world,
      id,
      `open@${slug}.example`,
      tokenHash(`open ${slug}`),
    ),
    Role: role,
    ApiKey: await key(false),
  };
  return {
    slug,
    id: encodeId('Organization', id),
    parentId: encodeId('Organization', parentId),
    nodes: Object.fromEntries(
      NODE_TYPES.map((type) => [type, encodeId(type, uuids[type])]),
    ) as Target['nodes'],
    memberEmail,
    leaver: encodeId('User', leaver),
    contactEmail,
    spareContact: encodeId('Contact', spareContact),
    closedInvitation: encodeId('Invitation', closed),
    revokedKey: encodeId('ApiKey', await key(true)),
  };
}

/** Makes a credential for each state and set. */
async function credentials(
  world: World,
  issuer: Issuer,
): Promise<{ states: CredentialState[]; ownToken: (set: string) => string }> {
  const { db } = world;
  const uuid = new Map(
    (await world.rows(sql<{ slug: string; id: string }>`select slug, id from organizations`)).map(
      ({ slug, id }) => [slug, id],
    ),
  );
  const at = (slug: string): string => uuid.get(slug) ?? '';
  const made = new Map<string, string>();
  const secret = async (
    kind: TokenKind,
    insert: (id: string, token: string) => RawBuilder<unknown>,
  ): Promise<string> => {
    const id = await one(world, sql<{ id: string }>`select uuidv7() as id`);
    const token = createToken(kind, id);
    await insert(id, token).execute(db);
    return token;
  };
  const key = (
    slug: string,
    set: string,
    { expires = null, revoked = null }: { expires?: string | null; revoked?: string | null } = {},
  ) =>
    secret(
      'ak',
      (id, token) => sql`
        insert into api_keys (id, organization_id, name, secret_hash, preview, scopes, expires_at, revoked_at)
        values (${id}, ${at(slug)}, 'matrix key', ${tokenHash(token)}, ${tokenPreview(token)}, ${SCOPE_SETS[set]}::text[],
          ${expires}::timestamptz, ${revoked}::timestamptz)`,
    );
  const token = (
    user: string,
    { expires = null, revoked = null }: { expires?: string | null; revoked?: string | null } = {},
  ) =>
    secret(
      'pat',
      (id, text) => sql`
        insert into personal_access_tokens (id, user_id, name, secret_hash, preview, expires_at, revoked_at)
        values (${id}, ${user}, 'matrix token', ${tokenHash(text)}, ${tokenPreview(text)}, ${expires}::timestamptz, ${revoked}::timestamptz)`,
    );
  const past = '2020-01-01T00:00:00Z';
  const ownTokens = new Map<string, string>();
  for (const [set, scopes] of Object.entries(SCOPE_SETS)) {
    const put = (state: string, text: string): void => void made.set(`${state} ${set}`, text);
    put('key', await key(ACTING, set));
    put('expired key', await key(ACTING, set, { expires: past }));
    put('revoked key', await key(ACTING, set, { revoked: past }));
    put('frozen key', await key('frozen', set));
    put('below-frozen key', await key('below-frozen', set));
    put('dropped key', await key('dropped', set));

    const subject = set.replaceAll(':', '-');
    const email = `${subject}@matrix.example`;
    const user = await insertUser(world, email, set);
    let role =
      ROLES[set] &&
      (await one(world, sql<{ id: string }>`select id from roles where built_in and key = ${set}`));
    role ??= await one(
      world,
      sql<{ id: string }>`
        with made as (
          insert into roles (key, name, scopes) values (${set.replaceAll(/\W/g, '_')}, ${set}, ${scopes}::text[]) returning id, key
        ), own as (insert into organization_roles (role_id, key, organization_id) select id, key, ${at('crown')}::uuid from made)
        select id from made`,
    );
    for (const slug of [ACTING, 'frozen', 'below-frozen', 'dropped']) {
      const membership = await insertMembership(world, at(slug), user, []);
      // The role of the positions' own tree; elsewhere its person is an admin.
      if (slug === ACTING)
        await sql`insert into membership_roles (membership_id, role_id) values (${membership}, ${role})`.execute(
          db,
        );
    }
    for (const slug of ['shop-2', 'rival-shop'])
      await insertMembership(world, at(slug), user, ['admin']);
    put('token', await token(user));
    put('expired token', await token(user, { expires: past }));
    put('revoked token', await token(user, { revoked: past }));
    const own = await one(
      world,
      sql<{
        id: string;
      }>`insert into personal_access_tokens (user_id, name, secret_hash, preview, revoked_at)
        values (${user}, 'own', ${tokenHash(set)}, 'pat', now()) returning id`,
    );
    ownTokens.set(set, encodeId('PersonalAccessToken', own));
    await sql`insert into user_identities (issuer, subject, user_id) values (${issuer.settings.issuer}, ${subject}, ${user})`.execute(
      db,
    );
    put('session', await issuer.session(subject, email, { claims: { exp: NIGHT_END } }));
    put(
      'expired session',
      await issuer.session(subject, email, { claims: { iat: 1_600_000_000, exp: 1_600_000_600 } }),
    );
    put(
      'session for others',
      await issuer.session(subject, email, { claims: { aud: 'somebody-else', exp: NIGHT_END } }),
    );
  }
  await sql`update organizations set status = 'DELETED', deleted_at = now(), deleted_with = id where slug = 'dropped'`.execute(
    db,
  );

  const text = (state: string, set: string): string => made.get(`${state} ${set}`) ?? '';
  /** The id of a credential with another secret, well formed to its checksum. */
  const forged = (state: string, set: string): string => {
    const parsed = parseToken(text(state, set));
    if (!parsed) throw new RangeError(`there is no ${state} for ${set}`);
    return createToken(parsed.kind, parsed.id);
  };
  const states: CredentialState[] = [];
  const add = (
    name: string,
    person: boolean,
    acts: CredentialState['acts'],
    credential: string | ((set: string) => string),
    header: string | null,
  ): void => {
    const tokenFor =
      typeof credential === 'string' ? (set: string) => text(credential, set) : credential;
    states.push({
      name,
      person,
      acts,
      options: (set) => ({ token: tokenFor(set), organization: header }),
    });
  };
  add('key', false, 'organization', 'key', null);
  add('key, header naming its own organization', false, 'organization', 'key', ACTING);
  add('key, header naming an organization below', false, elsewhere, 'key', 'shop-1');
  add('key, header naming a foreign organization', false, elsewhere, 'key', 'rival');
  add('expired key', false, refused, 'expired key', null);
  add('revoked key', false, refused, 'revoked key', null);
  add('key with a wrong secret', false, refused, (set) => forged('key', set), null);
  add('key of a suspended organization', false, refused, 'frozen key', null);
  add('key below a suspended organization', false, refused, 'below-frozen key', null);
  add('key of a deleted organization', false, refused, 'dropped key', null);
  add('token', true, 'organization', 'token', ACTING);
  add('token, header with an id', true, 'organization', 'token', world.org(ACTING));
  add('token without a header', true, 'nowhere', 'token', null);
  add('token, header naming an organization below', true, elsewhere, 'token', 'shop-1');
  add('token, header naming a foreign organization', true, elsewhere, 'token', 'rival');
  add('token, header naming nothing', true, elsewhere, 'token', 'missing');
  add(
    'token, malformed header',
    true,
    { code: 'BAD_USER_INPUT', status: 200 },
    'token',
    `${ACTING}, rival`,
  );
  add('expired token', true, refused, 'expired token', ACTING);
  add('revoked token', true, refused, 'revoked token', ACTING);
  add('token with a wrong secret', true, refused, (set) => forged('token', set), ACTING);
  add('token, suspended organization', true, { code: 'FORBIDDEN', status: 403 }, 'token', 'frozen');
  add(
    'token, below a suspended organization',
    true,
    { code: 'FORBIDDEN', status: 403 },
    'token',
    'below-frozen',
  );
  add('token, deleted organization', true, elsewhere, 'token', 'dropped');
  add('session', true, 'organization', 'session', ACTING);
  add('session without a header', true, 'nowhere', 'session', null);
  add('session, header naming a foreign organization', true, elsewhere, 'session', 'rival');
  add('expired session', true, refused, 'expired session', ACTING);
  add('session for another audience', true, refused, 'session for others', ACTING);
  add('nobody', false, 'anonymous', () => '', null);
  add('no bearer token', false, refused, () => 'a b', null);
  return { states, ownToken: (set) => ownTokens.get(set) ?? '' };
}
