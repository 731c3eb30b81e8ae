/** People of the demonstration: users, memberships with roles, and invitations. */
import type pg from 'pg';
import { copyRows } from './copy.ts';
import type { Organization } from './demo-forest.ts';
import { personName, slugged } from './names.ts';
import type { Random } from './random.ts';

/** A user of the demonstration. */
export interface Person {
  id: string;
  email: string;
  name: string;
}

const DAY_MS = 86_400_000;
const ROLES = ['admin', 'viewer', 'user', 'support', 'cloud_rep', 'restricted_user'] as const;

/** Adds people to the organizations, and returns the owner of the first one. */
export async function seedPeople(
  client: pg.Client,
  organizations: readonly Organization[],
  random: Random,
  now: Date,
): Promise<Person> {
  const { rows } = await client.query<{ id: string; key: string }>(
    'select id, key from roles where built_in',
  );
  const roleIds = new Map(rows.map((role) => [role.key, role.id]));
  const people: Person[] = [];
  const person = (name: string, createdAt: Date): Person => {
    const added = {
      id: random.uuid(createdAt),
      name,
      email: `${slugged(name).replace('-', '.')}${people.length || ''}@mail.example`,
    };
    people.push(added);
    return added;
  };
  const memberships: { id: string; organization: Organization; person: Person; role: string }[] =
    [];
  const join = (organization: Organization, member: Person, role: string): void => {
    memberships.push({
      id: random.uuid(organization.createdAt),
      organization,
      person: member,
      role,
    });
  };
  const [root] = organizations;
  if (!root) throw new RangeError('the demonstration has no organization');
  const owner = person('Dana Meyer', root.createdAt);
  join(root, owner, 'admin');
  for (const role of ROLES) join(root, person(personName(random), root.createdAt), role);
  for (const organization of organizations.slice(1)) {
    join(organization, person(personName(random), organization.createdAt), 'admin');
    const others = random.below(5);
    for (let n = 0; n < others; n++)
      join(organization, person(personName(random), organization.createdAt), random.pick(ROLES));
  }
  // The owner belongs to one organization below as well, so that both kinds of access show.
  const below = organizations.find((o) => o.parent === root);
  if (below) join(below, owner, 'viewer');
  await copyRows(
    client,
    'users',
    ['id', 'email', 'canonical_email', 'name', 'created_at'],
    people.map((p) => [p.id, p.email, p.email, p.name, root.createdAt]),
  );
  await copyRows(
    client,
    'memberships',
    ['id', 'organization_id', 'user_id', 'created_at', 'updated_at'],
    memberships.map((m) => [
      m.id,
      m.organization.id,
      m.person.id,
      m.organization.createdAt,
      m.organization.createdAt,
    ]),
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
    [root.id],
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
