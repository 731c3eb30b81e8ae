/** People over a subtree. */
import { requiresReach, visibleTo } from '../../graphql/guards.ts';
import { builder } from '../../graphql/builder.ts';
import { connectionType, pageArguments } from '../../graphql/connection.ts';
import {
  boundedCountInSql,
  inSql,
  pagesOf,
  rowsInSql,
  sameRow,
  type GivenArguments,
} from '../../compiler/forms.ts';
import { badInput } from '../../errors.ts';
import { atMost, countOf } from '../../graphql/cost.ts';
import { OrganizationRef } from '../organization/refs.ts';
import { UserRef } from '../user/type.ts';
import { people, type PeopleArguments, type PeopleOrder } from './people.ts';
import {
  idOfPerson,
  membershipsOfPerson,
  membershipsOfRow,
  personId,
  MEMBERSHIPS_MAX,
  type PersonRow,
} from './queries.ts';
import { MembershipRef, personFilter, ROLE_FILTER_MAX } from './type.ts';

const MEMBERSHIPS_DEFAULT = 25;

const PersonRef = builder.objectRef<PersonRow>('Person').implement({
  description: 'A person and their memberships in a subtree.',
  ...visibleTo({ scope: 'members:read' }),
  fields: (t) => ({
    id: t.id({
      description:
        'An id for caches: of the person in the subtree whose `people` were queried, per_ and 64 hex digits, and never the id of ' +
        'anything else. It is not a node: `Query.node` does not find it.',
      resolve: personId,
      extensions: inSql(() => idOfPerson),
    }),
    user: t.field({
      type: UserRef,
      description: 'The person.',
      resolve: (row) => ({ ...row, scope: 'members:read' as const }),
      extensions: sameRow(
        { id: 'id', email: 'email', name: 'name', created_at: 'created_at', lineage: 'lineage' },
        { scope: 'members:read' },
      ),
    }),
    memberships: t.field({
      type: [MembershipRef],
      nullable: true,
      description:
        'Memberships in the subtree, as far as the caller may read the members there, oldest first. Where a person has more ' +
        'than can be asked for, `Organization.members` and `people` further down the tree show the rest.',
      args: {
        first: t.arg.int({
          required: true,
          defaultValue: MEMBERSHIPS_DEFAULT,
          description: `How many at most, between 1 and ${MEMBERSHIPS_MAX}.`,
        }),
      },
      extensions: {
        ...atMost(({ first }) => countOf(first, MEMBERSHIPS_DEFAULT, MEMBERSHIPS_MAX)),
        ...rowsInSql(({ viewer, args }) => membershipsOfRow(viewer, args), {
          prepare: atMostMemberships,
        }),
      },
      resolve: ({ id, organization_id }, given, { loaders }) =>
        loaders.load(membershipsOfPerson, atMostMemberships(given), `${organization_id}/${id}`),
    }),
  }),
});

function atMostMemberships({ first }: { first: number }): number {
  if (first < 1 || first > MEMBERSHIPS_MAX)
    throw badInput('first', `must be between 1 and ${MEMBERSHIPS_MAX}`);
  return first;
}

const PersonConnectionRef = connectionType<PersonRow>({
  name: 'Person',
  node: PersonRef,
  plural: 'people',
  boundedCount: boundedCountInSql,
});

const PersonOrderRef = builder.enumType('PersonOrder', {
  description: 'Sort orders of people.',
  values: {
    TREE_ASC: {
      description:
        'By the first organization in tree order that they belong to, and within it by when they were first seen.',
    },
    TREE_DESC: { description: 'The same from its end.' },
  } satisfies Record<PeopleOrder, object>,
});

builder.objectField(OrganizationRef, 'people', (t) =>
  t.field({
    type: PersonConnectionRef,
    nullable: true,
    description:
      'Distinct people in this organization and everything below it, each with their memberships in that subtree. ' +
      'Requires `child_organizations:manage`.',
    args: {
      orderBy: t.arg({
        type: PersonOrderRef,
        defaultValue: 'TREE_ASC',
        description: 'Order of the list.',
      }),
      search: t.arg.string({
        description:
          'Part of the address or name, regardless of case and Unicode form; at most 64 characters. Empty or blank: no search.',
      }),
      roles: t.arg.stringList({
        description: `Only people who hold one of these roles somewhere in the subtree, by key; at most ${ROLE_FILTER_MAX}.`,
      }),
      ...pageArguments(t.arg),
    },
    authScopes: requiresReach,
    ...pagesOf(
      people,
      ({ orderBy, ...filter }: GivenArguments<PeopleArguments>) => ({
        ...personFilter(filter),
        orderBy: orderBy ?? 'TREE_ASC',
      }),
      ['orderBy'],
    ),
  }),
);
