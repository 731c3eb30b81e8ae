/** Members of an organization. */
import { requires, visibleTo } from '../../graphql/guards.ts';
import { isInSubtree } from '../../authorization/rights.ts';
import { SCOPES_MAX } from '../../authorization/scopes.ts';
import { nodesBy } from '../../graphql/node.ts';
import { builder } from '../../graphql/builder.ts';
import { connectionType, pageArguments } from '../../graphql/connection.ts';
import { creationOrder } from '../../graphql/order.ts';
import { inSql, pagesOf, rowsInSql, sameRow, type GivenArguments } from '../../compiler/forms.ts';
import { badInput, orNotFound } from '../../errors.ts';
import { atMost } from '../../graphql/cost.ts';
import { OrganizationRef } from '../organization/refs.ts';
import {
  organizationById,
  organizationOfRow,
  organizationOfPerson,
} from '../organization/queries.ts';
import { ROLES_MAX } from '../role/choice.ts';
import { RoleRef } from '../role/type.ts';
import { rolesOfMembership, rolesOfMembershipRow } from '../role/queries.ts';
import { requireStorable } from '../../values/text.ts';
import { personPattern } from '../../values/email.ts';
import { UserRef } from '../user/type.ts';
import { members, type MembersArguments } from './members.ts';
import type { NameOrder } from './members-by-name.ts';
import {
  membershipScopes,
  scopesOfRow,
  type MembershipRow,
  type PersonFilter,
  membershipById,
} from './queries.ts';

export const MembershipRef = builder.objectRef<MembershipRow>('Membership');

nodesBy('Membership', membershipById);

builder.node(MembershipRef, {
  description: "A person's place in one organization, with the roles held there.",
  ...visibleTo({ scope: 'members:read', owner: 'user_id' }),
  id: { resolve: ({ id }) => id },
  fields: (t) => ({
    organization: t.field({
      type: OrganizationRef,
      description:
        "The organization. Organizations the caller belongs to outside the caller's current subtree show their basic fields only.",
      async resolve({ organization_id, lineage }, _args, { loaders, principal }) {
        const batch = isInSubtree(principal, lineage) ? organizationById : organizationOfPerson;
        return orNotFound(await loaders.load(batch, null, organization_id));
      },
      extensions: rowsInSql(({ viewer }) => organizationOfRow(viewer)),
    }),
    user: t.field({
      type: UserRef,
      description: 'The person.',
      resolve: ({ user_id, email, user_name, user_created_at, lineage }) => ({
        id: user_id,
        email,
        name: user_name,
        created_at: user_created_at,
        lineage,
        scope: 'members:read' as const,
      }),
      extensions: sameRow(
        {
          id: 'user_id',
          email: 'email',
          name: 'user_name',
          created_at: 'user_created_at',
          lineage: 'lineage',
        },
        { scope: 'members:read' },
      ),
    }),
    roles: t.field({
      type: [RoleRef],
      description: `Roles held, built-in ones first; at most ${ROLES_MAX}.`,
      extensions: {
        ...atMost(ROLES_MAX),
        ...rowsInSql(({ viewer }) => rolesOfMembershipRow(viewer)),
      },
      resolve: ({ id }, _args, { loaders }) => loaders.load(rolesOfMembership, null, id),
    }),
    scopes: t.stringList({
      description: 'Scopes that the roles grant together, including implied ones.',
      extensions: {
        ...atMost(SCOPES_MAX),
        ...inSql(({ viewer }) => scopesOfRow(viewer)),
      },
      resolve: async ({ id }, _args, { loaders }) =>
        (await loaders.load(membershipScopes, null, id))?.scopes ?? [],
    }),
    createdAt: t.expose('created_at', { type: 'DateTime', description: 'When the person joined.' }),
    updatedAt: t.expose('updated_at', {
      type: 'DateTime',
      description: 'When the roles were last changed.',
    }),
  }),
});

export const MembershipConnectionRef = connectionType<MembershipRow>({
  name: 'Membership',
  node: MembershipRef,
  plural: 'memberships',
});

export const ROLE_FILTER_MAX = 50;

const MembershipOrderRef = creationOrder('MembershipOrder', 'members', {
  NAME_ASC: {
    description:
      'By name without regard to case, people without a name by their address; a changed name counts seconds later.',
  },
  NAME_DESC: { description: 'The same from its end.' },
} satisfies Record<NameOrder, object>);

/** The filter of members and of people, from what the client gives. */
export function personFilter({ search, roles }: GivenArguments<PersonFilter>): PersonFilter {
  const keys = roles ?? null;
  if (keys && (keys.length === 0 || keys.length > ROLE_FILTER_MAX))
    throw badInput('roles', `must name between 1 and ${ROLE_FILTER_MAX} roles`);
  for (const key of keys ?? []) requireStorable(key, 'roles');
  return { search: personPattern(search), roles: keys };
}

builder.objectField(OrganizationRef, 'members', (t) =>
  t.field({
    type: MembershipConnectionRef,
    nullable: true,
    description:
      'The members of this organization only, oldest membership first by default. Requires `members:read` or `child_organizations:manage`.',
    args: {
      orderBy: t.arg({
        type: MembershipOrderRef,
        defaultValue: 'CREATED_AT_ASC',
        description: 'Order of the list.',
      }),
      search: t.arg.string({
        description:
          'Part of the address or name, regardless of case and Unicode form; at most 64 characters. Empty or blank: no search.',
      }),
      roles: t.arg.stringList({
        description: `Only members that hold one of these roles, by key; at most ${ROLE_FILTER_MAX}.`,
      }),
      ...pageArguments(t.arg),
    },
    authScopes: requires('members:read'),
    ...pagesOf(
      members,
      ({ orderBy, ...filter }: GivenArguments<MembersArguments>) => ({
        ...personFilter(filter),
        orderBy: orderBy ?? 'CREATED_AT_ASC',
      }),
      ['orderBy'],
    ),
  }),
);
