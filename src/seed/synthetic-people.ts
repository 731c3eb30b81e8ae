/** Made-up people: users, their memberships with roles, and invitations. */
import type pg from 'pg';
import { copyRows, type Cell } from './copy.ts';
import { personName, slugged } from './names.ts';
import type { Random } from './random.ts';
import type { Forest } from './synthetic-forest.ts';

/** Adds people to the organizations of a forest. */
export async function seedPeople(
  client: pg.Client,
  forest: Forest,
  random: Random,
  now: Date,
  progress: (step: string, rows: number) => void,
): Promise<void> {
  const { rows: roles } = await client.query<{ id: string; key: string }>(
    'select id, key from roles where built_in',
  );
  const roleIds = new Map(roles.map((role) => [role.key, role.id]));
  const roleId = (key: string): string => roleIds.get(key) ?? '';
  const users: string[] = [];
  const userCount = Math.max(10, Math.floor(forest.ids.length / 5));
  function* userRows(): Generator<Cell[]> {
    for (let index = 0; index < userCount; index++) {
      const at = forest.createdAt(Math.floor((index / userCount) * forest.ids.length));
      const id = random.uuid(at);
      users.push(id);
      const name = personName(random);
      const email = `${slugged(name).replace('-', '.')}.${index.toString(36)}@mail.example`;
      yield [id, email, email, name, at];
    }
  }
  progress(
    'users',
    await copyRows(
      client,
      'users',
      ['id', 'email', 'canonical_email', 'name', 'created_at'],
      userRows(),
    ),
  );

  const memberships: { id: string; organization: number; user: number; role: string }[] = [];
  for (const organization of forest.ids.keys()) {
    const size = 1 + Math.floor(7 * random.next() ** 6);
    const chosen = new Set<number>();
    // People of a tree come from a band of users, so that many belong to several organizations of it.
    for (let n = 0; n < size; n++)
      chosen.add(
        ((forest.tree[organization] ?? 0) * 7_919 +
          random.below(Math.max(10, Math.floor(userCount / 4)))) %
          userCount,
      );
    for (const [n, user] of [...chosen].entries()) {
      const role =
        n === 0 ? 'admin' : random.pick(['viewer', 'user', 'user', 'support', 'restricted_user']);
      memberships.push({
        id: random.uuid(forest.createdAt(organization)),
        organization,
        user,
        role,
      });
    }
  }
  progress(
    'memberships',
    await copyRows(
      client,
      'memberships',
      ['id', 'organization_id', 'user_id', 'created_at'],
      memberships
        .values()
        .map((m) => [
          m.id,
          forest.ids[m.organization] ?? null,
          users[m.user] ?? null,
          forest.createdAt(m.organization),
        ]),
    ),
  );
  progress(
    'roles held',
    await copyRows(
      client,
      'membership_roles',
      ['membership_id', 'role_id'],
      memberships.values().map((m) => [m.id, roleId(m.role)]),
    ),
  );

  const invitations: { id: string; organization: string; at: Date }[] = [];
  for (const organization of forest.ids) {
    if (random.next() >= 0.03) continue;
    const at = new Date(now.getTime() - random.below(20 * 86_400_000));
    invitations.push({ id: random.uuid(at), organization, at });
  }
  progress(
    'invitations',
    await copyRows(
      client,
      'invitations',
      [
        'id',
        'organization_id',
        'email',
        'canonical_email',
        'inviter_kind',
        'inviter_organization_id',
        'expires_at',
        'created_at',
        'updated_at',
      ],
      invitations.values().map(({ id, organization, at }, index) => {
        const email = `invited.${index.toString(36)}@mail.example`;
        return [
          id,
          organization,
          email,
          email,
          'API_KEY',
          organization,
          new Date(at.getTime() + 7 * 86_400_000),
          at,
          at,
        ];
      }),
    ),
  );
  await copyRows(
    client,
    'invitation_roles',
    ['invitation_id', 'role_id'],
    invitations.values().map(({ id }) => [id, roleId('user')]),
  );
}
