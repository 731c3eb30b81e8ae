/** Organizations and everything that is read through them. */
import { encodeId, parseId } from '../../../src/values/ids.ts';
import { builder } from './builder.ts';
import type {
  AuditRow,
  DayRow,
  HitRow,
  MembershipRow,
  OrganizationRow,
  RoleRow,
  UserRow,
} from './loaders.ts';

const FIRST = 25;

export const Organization = builder.objectRef<OrganizationRow>('Organization');
const Membership = builder.objectRef<MembershipRow>('Membership');
const User = builder.objectRef<UserRow>('User');

/** A list of an organization; its rows and its count are read when they are selected. */
interface List {
  organization: OrganizationRow;
  first: number;
}

interface Person {
  user: UserRow;
  root: string;
}

interface Summary {
  organization: OrganizationRow;
  from: Date;
  to: Date;
}

builder.objectType(User, {
  name: 'User',
  fields: (t) => ({
    id: t.id({ resolve: ({ id }) => encodeId('User', id) }),
    email: t.exposeString('email'),
    name: t.exposeString('name', { nullable: true }),
  }),
});

const Role = builder
  .objectRef<RoleRow>('Role')
  .implement({ fields: (t) => ({ key: t.exposeString('key') }) });

builder.objectType(Membership, {
  name: 'Membership',
  fields: (t) => ({
    organization: t.field({
      type: Organization,
      nullable: true,
      resolve: ({ organization_id }, _args, { loaders }) =>
        loaders.organization.load(organization_id),
    }),
    user: t.field({
      type: User,
      nullable: true,
      resolve: ({ user_id }, _args, { loaders }) => loaders.user.load(user_id),
    }),
    roles: t.field({
      type: [Role],
      resolve: ({ id }, _args, { loaders }) => loaders.roles.load(id),
    }),
  }),
});

const MembershipConnection = builder.objectRef<List>('MembershipConnection').implement({
  fields: (t) => ({
    nodes: t.field({
      type: [Membership],
      resolve: ({ organization, first }, _args, { loaders }) =>
        loaders.members({ first }, organization.id),
    }),
    totalCount: t.int({
      resolve: ({ organization }, _args, { loaders }) => loaders.memberCount.load(organization.id),
    }),
  }),
});

const InvitationConnection = builder.objectRef<List>('InvitationConnection').implement({
  fields: (t) => ({
    totalCount: t.int({
      resolve: ({ organization }, _args, { loaders }) =>
        loaders.invitationCount.load(organization.id),
    }),
  }),
});

const OrganizationConnection = builder.objectRef<List>('OrganizationConnection').implement({
  fields: (t) => ({
    nodes: t.field({
      type: [Organization],
      resolve: ({ organization, first }, _args, { loaders }) =>
        loaders.children({ first }, organization.id),
    }),
  }),
});

const DescendantEdge = builder.objectRef<HitRow>('OrganizationDescendantEdge').implement({
  fields: (t) => ({
    depth: t.exposeInt('depth'),
    path: t.exposeString('path'),
    matchedOn: t.exposeStringList('matched_on'),
    node: t.field({
      type: Organization,
      nullable: true,
      resolve: ({ id }, _args, { loaders }) => loaders.organization.load(id),
    }),
  }),
});

const DescendantConnection = builder
  .objectRef<List & { search: string }>('OrganizationDescendantConnection')
  .implement({
    fields: (t) => ({
      edges: t.field({
        type: [DescendantEdge],
        resolve: ({ organization, search, first }, _args, { loaders }) =>
          loaders.search({ search, first }, organization.id),
      }),
    }),
  });

const PersonRef = builder.objectRef<Person>('Person').implement({
  fields: (t) => ({
    user: t.field({ type: User, resolve: ({ user }) => user }),
    memberships: t.field({
      type: [Membership],
      args: { first: t.arg.int({ required: true, defaultValue: FIRST }) },
      resolve: ({ user, root }, { first }, { loaders }) =>
        loaders.membershipsWithin({ root, first }, user.id),
    }),
  }),
});

const PersonConnection = builder.objectRef<List>('PersonConnection').implement({
  fields: (t) => ({
    nodes: t.field({
      type: [PersonRef],
      resolve: async ({ organization, first }, _args, { loaders }) =>
        (await loaders.people({ first }, organization.id)).map((user) => ({
          user,
          root: organization.id,
        })),
    }),
  }),
});

const Actor = builder.objectRef<AuditRow>('Actor').implement({
  fields: (t) => ({
    kind: t.exposeString('actor_kind'),
    apiKeyName: t.exposeString('actor_api_key_name', { nullable: true }),
  }),
});

const AuditEvent = builder.objectRef<AuditRow>('AuditEvent').implement({
  fields: (t) => ({
    id: t.id({ resolve: ({ id }) => encodeId('AuditEvent', id) }),
    at: t.expose('at', { type: 'DateTime' }),
    action: t.exposeString('action'),
    actor: t.field({ type: Actor, resolve: (row) => row }),
    targetType: t.exposeString('target_type'),
    targetId: t.exposeID('target_id'),
    refusal: t.exposeString('refusal', { nullable: true }),
    requestId: t.exposeString('request_id'),
  }),
});

const AuditEventConnection = builder.objectRef<List>('AuditEventConnection').implement({
  fields: (t) => ({
    nodes: t.field({
      type: [AuditEvent],
      resolve: ({ organization, first }, _args, { loaders }) =>
        loaders.auditLog({ first }, organization.id),
    }),
  }),
});

const UsageMetric = builder
  .objectRef<{ key: string }>('UsageMetric')
  .implement({ fields: (t) => ({ key: t.exposeString('key') }) });

const UsageMetricTotal = builder
  .objectRef<{ key: string; value: string }>('UsageMetricTotal')
  .implement({
    fields: (t) => ({
      metric: t.field({ type: UsageMetric, resolve: (row) => row }),
      value: t.expose('value', { type: 'Decimal' }),
    }),
  });

const UsageBucket = builder
  .objectRef<{ from: Date; metrics: { key: string; value: string }[] }>('UsageBucket')
  .implement({
    fields: (t) => ({
      from: t.expose('from', { type: 'DateTime' }),
      metrics: t.expose('metrics', { type: [UsageMetricTotal] }),
    }),
  });

/** Days as buckets with one metric each. */
const bucketsOf = (key: string, days: readonly DayRow[]) =>
  days.map(({ day, value }) => ({ from: day, metrics: [{ key, value }] }));

const UsageSummary = builder.objectRef<Summary>('UsageSummary').implement({
  fields: (t) => ({
    metrics: t.field({
      type: [UsageMetricTotal],
      args: { keys: t.arg.stringList({ required: true }) },
      resolve: ({ organization, ...window }, { keys }, { loaders }) =>
        Promise.all(
          keys.map(async (key) => ({
            key,
            value: await loaders.totalUsage({ ...window, metric: key }, organization.id),
          })),
        ),
    }),
    buckets: t.field({
      type: [UsageBucket],
      args: { keys: t.arg.stringList({ required: true }) },
      resolve: async ({ organization, ...window }, { keys: [metric = ''] }, { loaders }) =>
        bucketsOf(metric, await loaders.dailyUsage({ ...window, metric }, organization.id)),
    }),
  }),
});

builder.objectType(Organization, {
  name: 'Organization',
  authScopes: ({ lineage }) => ({ on: { lineage, scope: null } }),
  fields: (t) => {
    const first = t.arg.int({ required: true, defaultValue: FIRST });
    const needs =
      (scope: string) =>
      ({ lineage }: OrganizationRow) => ({ on: { lineage, scope } });
    return {
      id: t.id({ resolve: ({ id }) => encodeId('Organization', id) }),
      slug: t.exposeString('slug'),
      name: t.exposeString('name'),
      kind: t.exposeString('kind'),
      status: t.exposeString('status'),
      depth: t.exposeInt('depth'),
      childCount: t.int({
        authScopes: needs('child_organizations:manage'),
        resolve: ({ id }, _args, { loaders }) => loaders.childCount.load(id),
      }),
      children: t.field({
        type: OrganizationConnection,
        args: { first },
        authScopes: needs('child_organizations:manage'),
        resolve: (organization, args) => ({ organization, ...args }),
      }),
      descendants: t.field({
        type: DescendantConnection,
        args: { first, search: t.arg.string({ required: true }) },
        authScopes: needs('child_organizations:manage'),
        resolve: (organization, args) => ({ organization, ...args }),
      }),
      members: t.field({
        type: MembershipConnection,
        args: { first },
        authScopes: needs('members:read'),
        resolve: (organization, args) => ({ organization, ...args }),
      }),
      invitations: t.field({
        type: InvitationConnection,
        args: { first },
        authScopes: needs('members:read'),
        resolve: (organization, args) => ({ organization, ...args }),
      }),
      people: t.field({
        type: PersonConnection,
        args: { first },
        authScopes: needs('child_organizations:manage'),
        resolve: (organization, args) => ({ organization, ...args }),
      }),
      usage: t.field({
        type: UsageSummary,
        args: {
          from: t.arg({ type: 'DateTime', required: true }),
          to: t.arg({ type: 'DateTime', required: true }),
        },
        authScopes: needs('child_organizations:manage'),
        resolve: (organization, args) => ({ organization, ...args }),
      }),
      auditLog: t.field({
        type: AuditEventConnection,
        args: { first },
        authScopes: needs('audit:read'),
        resolve: (organization, args) => ({ organization, ...args }),
      }),
    };
  },
});

builder.queryField('organization', (t) =>
  t.field({
    type: Organization,
    nullable: true,
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { loaders }) => loaders.organization.load(parseId(id)?.uuid ?? ''),
  }),
);
