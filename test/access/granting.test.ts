/** Nobody gives or takes what they do not hold, on any way that leads to a grant. */
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tokenHash } from '../../src/authentication/secret.ts';
import { encodeId } from '../../src/values/ids.ts';
import { createInvitationToken } from '../../src/modules/invitation/token.ts';
import { insertPersonalAccessToken } from '../../src/seed/bootstrap.ts';
import { sized } from '../setup/size.ts';
import {
  createWorld,
  insertInvitation,
  insertKey,
  insertMembership,
  insertRole,
  insertUser,
  type RequestOptions,
  type Slug,
  type World,
} from '../setup/world.ts';
import { held, SCOPES, type ScopeName } from './model.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const scopesOf = fc.subarray<string>([...SCOPES]);
const all: string[] = [...SCOPES];

/** The scopes and all that they imply. */
const heldWith = (scopes: readonly string[]): ReadonlySet<string> =>
  held({ organization: 'north', given: scopes as ScopeName[] });

let made = 0;
const unique = (): string => `grant${++made}`;

interface Case {
  grantor: RequestOptions;
  grantorId: string;
  slug: Slug;
  roleKey: string;
  roleId: string;
  scopes: string[];
}

/** A role with the scopes, in north, so that it is usable in both organizations of the cases. */
async function newRole(scopes: readonly string[]): Promise<{ key: string; id: string }> {
  const key = unique();
  return { key, id: await insertRole(world, world.uuid('north'), key, scopes) };
}

/** Removes the roles of earlier cases, of which an organization may have only so many. */
async function forgetRoles(): Promise<void> {
  for (const table of ['membership_roles', 'invitation_roles'])
    await sql`delete from ${sql.table(table)} where role_id in (select id from roles where not built_in)`.execute(
      world.db,
    );
  await sql`delete from roles where not built_in`.execute(world.db);
}

/** A person of north whose only role gives the scopes. */
async function newGrantor(
  scopes: readonly string[],
): Promise<{ options: RequestOptions; id: string }> {
  const role = await newRole(scopes);
  const id = await insertUser(world, `${unique()}@x.example`);
  await insertMembership(world, world.uuid('north'), id, [role.id]);
  return {
    options: { token: await insertPersonalAccessToken(world.db, id, 'x'), organization: 'north' },
    id,
  };
}

async function newMember(slug: Slug, roleIds: readonly string[]): Promise<string> {
  const user = await insertUser(world, `${unique()}@x.example`);
  await insertMembership(world, world.uuid(slug), user, roleIds.length > 0 ? roleIds : ['user']);
  return encodeId('User', user);
}

/** An API key of the organization with the scopes; returns its public id. */
async function newKey(slug: Slug, scopes: readonly string[]): Promise<string> {
  const [row] = await world.rows(sql<{ id: string }>`
    insert into api_keys (organization_id, name, secret_hash, preview, scopes)
    values (${world.uuid(slug)}, 'k', ${tokenHash(unique())}, 'ak', ${scopes}::text[]) returning id`);
  return encodeId('ApiKey', row?.id ?? '');
}

async function mutate(
  name: string,
  input: Record<string, unknown>,
  options: RequestOptions,
): Promise<string> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const more =
    name === 'inviteUsers' ? '... on InviteUsersPayload { results { error { code } } }' : '';
  const answer = await world.ask<
    Record<string, { code?: string; results?: { error: { code: string } | null }[] }>
  >(
    `mutation ($input: ${type}Input!) { ${name}(input: $input) { __typename ${more} ... on UserError { code } } }`,
    options,
    { input },
  );
  const result = answer.data?.[name];
  return (
    result?.results?.[0]?.error?.code ??
    result?.code ??
    (result ? 'done' : (answer.errors?.[0]?.extensions.code ?? answer.text))
  );
}

/** Every way that leads to a grant: the scope that it takes, how it is asked, and what it answers when it goes too far. */
const ways: Record<string, { takes: string; refusal: string; ask(given: Case): Promise<string> }> =
  {
    'a role change': {
      takes: 'members:manage',
      refusal: 'ROLE_ESCALATION',
      ask: async ({ grantor, slug, roleKey }) =>
        mutate(
          'updateMemberRoles',
          { organizationId: world.org(slug), userId: await newMember(slug, []), roles: [roleKey] },
          grantor,
        ),
    },
    'a demotion of somebody who has the role': {
      takes: 'members:manage',
      refusal: 'ROLE_ESCALATION',
      ask: async ({ grantor, slug, roleId }) =>
        mutate(
          'updateMemberRoles',
          {
            organizationId: world.org(slug),
            userId: await newMember(slug, [roleId]),
            roles: ['user'],
          },
          grantor,
        ),
    },
    'a removal of somebody who has the role': {
      takes: 'members:manage',
      refusal: 'ROLE_ESCALATION',
      ask: async ({ grantor, slug, roleId }) =>
        mutate(
          'removeMember',
          { organizationId: world.org(slug), userId: await newMember(slug, [roleId]) },
          grantor,
        ),
    },
    'an addition': {
      takes: 'members:manage',
      refusal: 'ROLE_ESCALATION',
      async ask({ grantor, slug, roleKey }) {
        const email = `${unique()}@x.example`;
        await insertMembership(
          world,
          world.uuid(slug === 'north' ? 'shop-2' : 'kiosk'),
          await insertUser(world, email),
          ['user'],
        );
        // Whoever sees no members below sees only those of their own organization.
        await insertMembership(
          world,
          world.uuid('north'),
          await insertUser(world, `also-${email}`),
          ['user'],
        );
        const address = slug === 'north' ? `also-${email}` : email;
        if (slug === 'north')
          await sql`delete from memberships m using users u where u.id = m.user_id and u.email = ${address} and m.organization_id = ${world.uuid('north')}`.execute(
            world.db,
          );
        await sql`update users set canonical_email = email where email = ${address}`.execute(
          world.db,
        );
        const outcome = await mutate(
          'addMember',
          { organizationId: world.org(slug), email: address, roles: [roleKey] },
          grantor,
        );
        // Nobody to be seen with that address: the roles were found good before.
        return outcome === 'USER_NOT_FOUND' ? 'done' : outcome;
      },
    },
    'an invitation': {
      takes: 'members:manage',
      refusal: 'ROLE_ESCALATION',
      ask: ({ grantor, slug, roleKey }) =>
        mutate(
          'createInvitation',
          { organizationId: world.org(slug), email: `${unique()}@x.example`, roles: [roleKey] },
          grantor,
        ),
    },
    'an invitation of many': {
      takes: 'members:manage',
      refusal: 'ROLE_ESCALATION',
      ask: ({ grantor, slug, roleKey }) =>
        mutate(
          'inviteUsers',
          {
            organizationId: world.org(slug),
            users: [{ email: `${unique()}@x.example`, roles: [roleKey] }],
          },
          grantor,
        ),
    },
    'an invitation sent again': {
      takes: 'members:manage',
      refusal: 'ROLE_ESCALATION',
      async ask({ grantor, slug, roleId }) {
        const id = await insertInvitation(
          world,
          world.uuid(slug),
          `${unique()}@x.example`,
          tokenHash(unique()),
        );
        await sql`update invitation_roles set role_id = ${roleId} where invitation_id = ${id}`.execute(
          world.db,
        );
        return mutate('resendInvitation', { id: encodeId('Invitation', id) }, grantor);
      },
    },
    'a revocation of an invitation': {
      takes: 'members:manage',
      refusal: 'ROLE_ESCALATION',
      async ask({ grantor, slug, roleId }) {
        const id = await insertInvitation(
          world,
          world.uuid(slug),
          `${unique()}@x.example`,
          tokenHash(unique()),
        );
        await sql`update invitation_roles set role_id = ${roleId} where invitation_id = ${id}`.execute(
          world.db,
        );
        return mutate('revokeInvitation', { id: encodeId('Invitation', id) }, grantor);
      },
    },
    'an addition in the place of an invitation': {
      takes: 'members:manage',
      refusal: 'ROLE_ESCALATION',
      async ask({ grantor, grantorId, slug, roleId }) {
        // The grantor's own account is the one person that every grantor may see.
        const address = `${unique()}@x.example`;
        const organizationId = world.uuid(slug);
        const target = slug === 'north' ? await insertUser(world, address) : grantorId;
        await sql`update users set email = ${address}, canonical_email = ${address} where id = ${target}`.execute(
          world.db,
        );
        const id = await insertInvitation(world, organizationId, address, tokenHash(unique()));
        await sql`update invitation_roles set role_id = ${roleId} where invitation_id = ${id}`.execute(
          world.db,
        );
        if (slug === 'north') {
          // In north the grantor is a member already, so somebody else is added whom it sees below, if it sees what is below.
          await insertMembership(world, world.uuid('shop-2'), target, ['user']);
        }
        const { key } = await newRole([]);
        const outcome = await mutate(
          'addMember',
          { organizationId: world.org(slug), email: address, roles: [key] },
          grantor,
        );
        if (outcome !== 'USER_NOT_FOUND') return outcome;
        return (
          await world.rows(sql`select from invitations where id = ${id} and status = 'PENDING'`)
        ).length === 1
          ? 'unseen'
          : 'taken';
      },
    },
    'an acceptance of what the grantor offered': {
      takes: 'members:manage',
      refusal: 'INVITATION_INVALID',
      async ask({ grantorId, slug, roleId }) {
        const email = `${unique()}@x.example`;
        const token = createInvitationToken();
        const id = await insertInvitation(world, world.uuid(slug), email, tokenHash(token));
        await sql`update invitation_roles set role_id = ${roleId} where invitation_id = ${id}`.execute(
          world.db,
        );
        await sql`update invitations set inviter_kind = 'SESSION', inviter_user_id = ${grantorId}, inviter_organization_id = ${world.uuid('north')} where id = ${id}`.execute(
          world.db,
        );
        const invited = await insertUser(world, email);
        return mutate(
          'acceptInvitation',
          { token },
          { token: await insertPersonalAccessToken(world.db, invited, 'x') },
        );
      },
    },
    'a role definition': {
      takes: 'roles:manage',
      refusal: 'ROLE_ESCALATION',
      ask: ({ grantor, slug, scopes }) =>
        mutate(
          'createRole',
          { organizationId: world.org(slug), key: unique(), name: 'R', scopes },
          grantor,
        ),
    },
    'a role that gets the scopes': {
      takes: 'roles:manage',
      refusal: 'ROLE_ESCALATION',
      async ask({ grantor, slug, scopes }) {
        const { id } = await newRole([]);
        await sql`update organization_roles set organization_id = ${world.uuid(slug)} where role_id = ${id}`.execute(
          world.db,
        );
        return mutate('updateRole', { id: encodeId('Role', id), scopes }, grantor);
      },
    },
    'a role that loses the scopes': {
      takes: 'roles:manage',
      refusal: 'ROLE_ESCALATION',
      async ask({ grantor, slug, scopes }) {
        const { id } = await newRole(scopes);
        await sql`update organization_roles set organization_id = ${world.uuid(slug)} where role_id = ${id}`.execute(
          world.db,
        );
        return mutate('updateRole', { id: encodeId('Role', id), scopes: [] }, grantor);
      },
    },
    'a deletion of a role': {
      takes: 'roles:manage',
      refusal: 'ROLE_ESCALATION',
      async ask({ grantor, slug, scopes }) {
        const { id } = await newRole(scopes);
        await sql`update organization_roles set organization_id = ${world.uuid(slug)} where role_id = ${id}`.execute(
          world.db,
        );
        return mutate('deleteRole', { id: encodeId('Role', id) }, grantor);
      },
    },
    'a revocation of an API key': {
      takes: 'api_keys:manage',
      refusal: 'SCOPE_ESCALATION',
      ask: async ({ grantor, slug, scopes }) =>
        mutate('revokeApiKey', { id: await newKey(slug, scopes) }, grantor),
    },
    'an API key': {
      takes: 'api_keys:manage',
      refusal: 'SCOPE_ESCALATION',
      ask: ({ grantor, slug, scopes }) =>
        mutate('createApiKey', { organizationId: world.org(slug), name: 'K', scopes }, grantor),
    },
  };

it.each(Object.entries(ways))(
  '%s gives or takes no scope that the grantor lacks there',
  async (_name, { takes, refusal, ask }) => {
    await fc.assert(
      fc.asyncProperty(
        scopesOf,
        scopesOf,
        fc.constantFrom<Slug>('north', 'shop-1'),
        async (more, scopes, slug) => {
          await forgetRoles();
          const own = [...new Set([takes, ...more])];
          const { options, id } = await newGrantor(own);
          const role = await newRole(scopes);
          const outcome = await ask({
            grantor: options,
            grantorId: id,
            slug,
            roleKey: role.key,
            roleId: role.id,
            scopes,
          });
          const mine = heldWith(own);
          const isBelow = slug !== 'north';
          if (isBelow && !mine.has('child_organizations:manage')) {
            expect(outcome).toMatch(/^(FORBIDDEN|NOT_FOUND|INVITATION_INVALID)$/);
            return;
          }
          const allowed = isBelow || [...heldWith(scopes)].every((scope) => mine.has(scope));
          // Nobody to be seen: neither added nor, with them, any invitation taken away.
          if (outcome === 'unseen') return;
          expect(outcome).toBe(allowed ? 'done' : refusal);
        },
      ),
      {
        numRuns: sized(16, 400),
        examples: [
          [all, all, 'north'],
          [[], all, 'north'],
          [['child_organizations:manage'], all, 'shop-1'],
          [['child_organizations:manage'], all, 'north'],
        ],
      },
    );
  },
);

it('a role of the organization above gives nothing below that its author could not give there', async () => {
  await fc.assert(
    fc.asyncProperty(scopesOf, scopesOf, fc.boolean(), async (more, scopes, gains) => {
      await forgetRoles();
      const own = [...new Set(['roles:manage' as string, ...more])];
      const { options } = await newGrantor(own);
      const role = await newRole(gains ? [] : scopes);
      await newMember('shop-1', [role.id]);
      const outcome = await mutate(
        'updateRole',
        { id: encodeId('Role', role.id), scopes: gains ? scopes : [] },
        options,
      );
      const mine = heldWith(own);
      const allowed =
        scopes.length === 0 ||
        (mine.has('child_organizations:manage') &&
          [...heldWith(scopes)].every((scope) => mine.has(scope)));
      expect(outcome).toBe(allowed ? 'done' : 'ROLE_ESCALATION');
    }),
    {
      numRuns: sized(24, 600),
      examples: [
        [['api_keys:manage'], ['api_keys:manage'], true],
        [['api_keys:manage'], ['api_keys:manage'], false],
        [all, all, true],
        [['child_organizations:manage'], ['audit:read'], true],
      ],
    },
  );
});

it('holds for API keys as it does for people', async () => {
  const token = await insertKey(world, 'north', ['api_keys:manage', 'usage:read']);
  const make = (scopes: string[]) =>
    mutate('createApiKey', { organizationId: world.org('north'), name: 'K', scopes }, { token });
  expect(await make(['usage:read'])).toBe('done');
  expect(await make(['api_keys:manage', 'usage:read'])).toBe('done');
  expect(await make(['usage:write'])).toBe('SCOPE_ESCALATION');
  expect(await make(['child_organizations:manage'])).toBe('SCOPE_ESCALATION');
});
