/** Random worlds for the histories: a tree, a second one beside it, people, roles and keys. */
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { createToken, tokenHash, tokenPreview } from '../../src/authentication/secret.ts';
import { encodeId, parseId, type IdType } from '../../src/values/ids.ts';
import { Random } from '../../src/seed/random.ts';
import { SCOPES as CATALOG } from '../access/model.ts';
import type { World } from '../setup/world.ts';
import { State } from './state.ts';

/** Every scope. */
export const SCOPES: string[] = [...CATALOG];
export const BUILT_IN = ['admin', 'viewer', 'user', 'support', 'cloud_rep', 'restricted_user'];
/** Keys of roles that organizations define; few, so that they collide and shadow each other. */
export const OWN_KEYS = ['lead', 'clerk', 'meter', 'auditor'];

export interface Size {
  organizations: number;
  depth: number;
  people: number;
  keys: number;
}

/** A world as the database and the model have it, with the secrets of its credentials. */
export interface Forest {
  state: State;
  /** Bearer tokens by the id of the credential. */
  secrets: Map<string, string>;
  /** Text that no other forest of this run has in its slugs. */
  name: string;
}

/** The UUID in a public id. */
export const uuid = (id: string): string => parseId(id)?.uuid ?? '';

/** Scopes of a key or role: often few, sometimes with what reaches below. */
export function someScopes(random: Random): string[] {
  const share = random.next() < 0.2 ? 0.8 : 0.25;
  return SCOPES.filter(
    (scope) =>
      random.next() <
      (/^(child_organizations|roles|members|api_keys):manage$/.test(scope) ? 0.4 : share),
  );
}

/** Makes a forest in the world's database. */
export async function plant(
  { db, rows }: World,
  seed: number,
  { organizations, depth, people, keys }: Size,
): Promise<Forest> {
  const random = new Random(seed);
  const state = new State();
  const secrets = new Map<string, string>();
  const name = `m${randomBytes(5).toString('hex')}`;
  const now = new Date();
  const newId = (type: IdType): string =>
    encodeId(type, random.uuid(now).slice(0, -12) + randomBytes(6).toString('hex'));

  const size = 3 + random.below(Math.max(1, organizations - 2));
  for (let n = 0; n < size; n++) {
    const id = newId('Organization');
    // The last few are a tree of somebody else.
    const known = [...state.organizations.values()].slice(
      n >= size - size / 5 && n > 2 ? Math.ceil(size - size / 5) : 0,
    );
    const open = known.filter((one) => state.lineage(one.id).length <= depth - 1);
    const parent =
      open.length === 0 ? null : random.pick(random.next() < 0.5 ? open.slice(-3) : open).id;
    const slug = `${name}-${n}`;
    state.organizations.set(id, {
      id,
      slug,
      name: `Model ${slug}`,
      parent,
      suspended: false,
      deletedWith: null,
    });
  }
  const all = [...state.organizations.values()];
  await sql`
    insert into organizations (id, slug, name, parent_id)
    select o.id, o.slug, o.name, o.parent_id
    from unnest(${all.map(({ id }) => uuid(id))}::uuid[], ${all.map(({ slug }) => slug)}::text[], ${all.map((one) => one.name)}::text[],
      ${all.map(({ parent }) => parent && uuid(parent))}::uuid[]) with ordinality as o (id, slug, name, parent_id, place)
    order by o.place`.execute(db);

  for (const role of await rows(
    sql<{
      id: string;
      key: string;
      scopes: string[];
    }>`select id, key, scopes from roles where built_in`,
  ))
    state.roles.set(encodeId('Role', role.id), {
      ...role,
      id: encodeId('Role', role.id),
      organization: null,
    });
  for (const key of [...OWN_KEYS, ...OWN_KEYS]) {
    const id = newId('Role');
    const organization = random.pick(all).id;
    if (
      [...state.roles.values()].some(
        (role) => role.key === key && role.organization === organization,
      )
    )
      continue;
    const scopes = someScopes(random);
    state.roles.set(id, { id, key, scopes, organization });
    await sql`
      with made as (insert into roles (id, key, name, scopes) values (${uuid(id)}, ${key}, ${key}, ${scopes}::text[]) returning id, key)
      insert into organization_roles (role_id, key, organization_id) select id, key, ${uuid(organization)} from made`.execute(
      db,
    );
  }

  for (let n = 0; n < people; n++) {
    const id = newId('User');
    state.people.set(id, { id, email: `${name}-${n}@x.example` });
  }
  const persons = [...state.people.values()];
  await sql`
    insert into users (id, email, canonical_email)
    select u.id, u.email, u.email from unnest(${persons.map(({ id }) => uuid(id))}::uuid[], ${persons.map(({ email }) => email)}::text[]) as u (id, email)`.execute(
    db,
  );
  const [top] = all;
  for (const [n, { id: person }] of persons.entries()) {
    for (let times = 1 + random.below(3); times > 0; times--) {
      const { id } = n === 0 && top ? top : random.pick(all);
      const role = state.roleOf(
        id,
        n === 0 ? 'admin' : random.pick([...BUILT_IN, 'admin', 'cloud_rep', ...OWN_KEYS]),
      );
      if (role) state.join(id, person, [role.id]);
    }
  }
  for (const { organization, person, roles } of state.memberships.values())
    await sql`
      with made as (insert into memberships (organization_id, user_id) values (${uuid(organization)}, ${uuid(person)}) returning id)
      insert into membership_roles (membership_id, role_id)
      select made.id, role from made cross join unnest(${[...roles].map(uuid)}::uuid[]) as role`.execute(
      db,
    );
  for (const { id: person } of persons) {
    const id = newId('PersonalAccessToken');
    const secret = createToken('pat', uuid(id));
    state.tokens.set(id, { id, person, revoked: false });
    secrets.set(id, secret);
    await sql`
      insert into personal_access_tokens (id, user_id, name, secret_hash, preview)
      values (${uuid(id)}, ${uuid(person)}, 'model', ${tokenHash(secret)}, ${tokenPreview(secret)})`.execute(
      db,
    );
  }
  for (let n = 0; n < keys; n++) {
    const id = newId('ApiKey');
    const secret = createToken('ak', uuid(id));
    const defining = [...state.roles.values()].flatMap((role) => role.organization ?? []);
    const organization =
      n === 0 && top
        ? top.id
        : random.pick(random.next() < 0.5 ? defining : all.map((one) => one.id));
    const scopes = n === 0 ? SCOPES : someScopes(random);
    state.keys.set(id, { id, organization, scopes: [...scopes], revoked: false });
    secrets.set(id, secret);
    await sql`
      insert into api_keys (id, organization_id, name, secret_hash, preview, scopes)
      values (${uuid(id)}, ${uuid(organization)}, 'model', ${tokenHash(secret)}, ${tokenPreview(secret)}, ${scopes}::text[])`.execute(
      db,
    );
  }
  return { state, secrets, name };
}
