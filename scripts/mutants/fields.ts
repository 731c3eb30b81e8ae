/** The guards before fields, and those of the types that can be reached by id. */
import type { MutantGroup } from './mutant.ts';

const GUARDS = 'test/access/guards.test.ts';
const HIDES = (type: string): string => `the scope on the types alone > hides a foreign ${type} `;
const RIGHTS = 'test/access/rights.test.ts';
const FIELDS = 'test/access/fields.test.ts';

export const fields: readonly MutantGroup[] = [
  {
    file: 'src/graphql/guards.ts',
    tests: FIELDS,
    mutants: [
      {
        what: 'organizations that are shown for a person’s own sake lead further',
        from: 'throw organizationRequired(context.organizationHeader);',
        to: '{}',
        tests: 'test/access/subtree.test.ts',
        only: 'show their basic facts and lead nowhere',
      },
      {
        what: 'no field requires its scope',
        from: 'throw forbidden(scopes);',
        to: '{}',
        only: 'apiKeys',
      },
      {
        what: 'fields that tell of what is below are open to all',
        from: 'throw forbidden([MANAGE_CHILDREN]);',
        to: '{}',
        only: 'childCount',
      },
    ],
  },
  {
    file: 'src/modules/organization/type.ts',
    tests: FIELDS,
    mutants: [
      {
        what: 'an Organization type shows what is elsewhere',
        from: "...visibleTo({ scope: null, owner: 'shown_to' }),",
        to: 'authScopes: () => true,',
        tests: GUARDS,
        only: HIDES('Organization'),
      },
    ],
  },
  {
    file: 'src/modules/organization/partnership-type.ts',
    tests: 'test/organization/partnership.test.ts',
    mutants: [
      {
        what: 'the resolver shows a partnership above the caller’s own organization',
        from: 'organization.parent_id === null || organization.id === principal.organization?.id',
        to: 'organization.parent_id === null',
        only: 'nothing above the organization that is acted in',
      },
    ],
  },
  {
    file: 'src/modules/organization/queries.ts',
    tests: 'test/organization/partnership.test.ts',
    mutants: [
      {
        what: 'the statement shows a partnership above the caller’s own organization',
        from: 'where parent.parent_id is not null and parent.id <> ${principal.organization?.id ?? null}::uuid`;',
        to: 'where parent.parent_id is not null and ${principal.organization?.id ?? null}::uuid is not null`;',
        only: 'nothing above the organization that is acted in',
      },
    ],
  },
  {
    file: 'src/modules/organization/below-type.ts',
    tests: FIELDS,
    mutants: [
      {
        what: 'hasChildren is open to all',
        after: 'hasChildren: t.boolean',
        from: 'authScopes: requiresReach,',
        to: 'authScopes: () => true,',
        only: 'hasChildren',
      },
      {
        what: 'childCount is open to all',
        after: 'childCount: t.int',
        from: 'authScopes: requiresReach,',
        to: 'authScopes: () => true,',
        only: 'childCount',
      },
      {
        what: 'descendantCount is open to all',
        after: 'descendantCount: t.int',
        from: 'authScopes: requiresReach,',
        to: 'authScopes: () => true,',
        only: 'descendantCount',
      },
      {
        what: 'children is open to all',
        after: 'children: t.field',
        from: 'authScopes: requiresReach,',
        to: 'authScopes: () => true,',
        only: '> children',
      },
      {
        what: 'descendants is open to all',
        after: 'descendants: t.field',
        from: 'authScopes: requiresReach,',
        to: 'authScopes: () => true,',
        only: '> descendants is opened',
      },
    ],
  },
  {
    file: 'src/modules/organization/profile/column-type.ts',
    tests: FIELDS,
    mutants: [
      {
        what: 'columns of the profile are open to all',
        from: 'authScopes: requiresOneOf(...PROFILE_SCOPES),',
        to: 'authScopes: () => true,',
        only: 'invoiceOwner|externalReference',
      },
    ],
  },
  {
    file: 'src/modules/organization/profile/type.ts',
    tests: FIELDS,
    mutants: [
      {
        what: 'the address is open to all',
        after: 'primaryAddress: t.field',
        from: 'authScopes: requiresOneOf(...PROFILE_SCOPES),',
        to: 'authScopes: inside,',
        only: 'primaryAddress',
      },
      {
        what: 'marketplace offers are open to all',
        after: 'marketplaceOffers: t.field',
        from: "authScopes: requires('organizations:manage'),",
        to: 'authScopes: inside,',
        only: 'marketplaceOffers',
      },
      {
        what: 'external accounts are open to all',
        after: 'externalAccounts: t.field',
        from: "authScopes: requires('organizations:manage'),",
        to: 'authScopes: inside,',
        only: 'externalAccounts',
      },
      {
        what: 'billing is open to all',
        after: 'billing: t.field',
        from: "authScopes: requires('billing:manage'),",
        to: 'authScopes: inside,',
        only: '> billing is opened',
      },
    ],
  },
  {
    file: 'src/modules/organization/profile/limits-type.ts',
    tests: FIELDS,
    mutants: [
      {
        what: 'limits are open to all',
        after: 'limits: t.field',
        from: "authScopes: requiresOneOf('organizations:manage', 'billing:manage'),",
        to: 'authScopes: inside,',
        only: 'limits',
      },
      {
        what: 'the inventory is open to all',
        after: 'inventory: t.field',
        from: "authScopes: requires('organizations:manage'),",
        to: 'authScopes: inside,',
        only: 'inventory',
      },
    ],
  },
  {
    file: 'src/modules/organization/domain/type.ts',
    tests: FIELDS,
    mutants: [
      {
        what: 'how to prove a domain is open to all',
        from: "authScopes: requires('organizations:manage'),",
        to: 'authScopes: () => true,',
        only: 'domainVerification',
      },
    ],
  },
  {
    file: 'src/modules/membership/type.ts',
    tests: FIELDS,
    mutants: [
      {
        what: 'a Membership type shows memberships elsewhere',
        from: "...visibleTo({ scope: 'members:read', owner: 'user_id' }),",
        to: 'authScopes: () => true,',
        tests: GUARDS,
        only: HIDES('Membership'),
      },
      {
        what: 'members are read without members:read',
        from: "authScopes: requires('members:read'),",
        to: 'authScopes: () => true,',
        only: 'members is opened',
      },
    ],
  },
  {
    file: 'src/modules/membership/person-type.ts',
    tests: FIELDS,
    mutants: [
      {
        what: 'people are read without child_organizations:manage',
        from: 'authScopes: requiresReach,',
        to: 'authScopes: () => true,',
        only: 'people',
      },
    ],
  },
  {
    file: 'src/modules/user/type.ts',
    tests: GUARDS,
    mutants: [
      {
        what: 'a User type shows people elsewhere',
        from: "...visibleTo({ scopes: ['members:read', 'audit:read'], owner: 'id' }),",
        to: '',
        only: HIDES('User'),
      },
    ],
  },
  {
    file: 'src/modules/invitation/type.ts',
    tests: FIELDS,
    mutants: [
      {
        what: 'an Invitation type shows invitations elsewhere',
        from: "...visibleTo({ scope: 'members:read', owner: 'shown_to' }),",
        to: 'authScopes: () => true,',
        tests: GUARDS,
        only: HIDES('Invitation'),
      },
      {
        what: 'invitations are read without members:read',
        from: "authScopes: requires('members:read'),",
        to: 'authScopes: () => true,',
        only: 'invitations',
      },
    ],
  },
  {
    file: 'src/modules/role/type.ts',
    tests: GUARDS,
    mutants: [
      {
        what: 'a Role type shows roles elsewhere',
        from: "...visibleTo({ scope: null, owner: 'shown_to', everybody: 'built_in' }),",
        to: 'authScopes: () => true,',
        only: HIDES('Role'),
      },
    ],
  },
  {
    file: 'src/modules/credential/type.ts',
    tests: FIELDS,
    mutants: [
      {
        what: 'an ApiKey type shows keys elsewhere',
        from: "...visibleTo({ scope: 'api_keys:manage' }),",
        to: 'authScopes: () => true,',
        tests: GUARDS,
        only: HIDES('ApiKey'),
      },
      {
        what: 'keys are read without api_keys:manage',
        from: "authScopes: requires('api_keys:manage'),",
        to: 'authScopes: () => true,',
        only: 'apiKeys',
      },
      {
        what: 'a PersonalAccessToken type shows the tokens of others',
        from: "...visibleTo({ owner: 'user_id' }),",
        to: 'authScopes: () => true,',
        tests: GUARDS,
        only: 'is never a token of somebody else',
      },
    ],
  },
  {
    file: 'src/modules/contact/type.ts',
    tests: FIELDS,
    mutants: [
      {
        what: 'a Contact type shows contacts elsewhere',
        from: "...visibleTo({ scope: 'organizations:manage' }),",
        to: 'authScopes: () => true,',
        tests: GUARDS,
        only: HIDES('Contact'),
      },
      {
        what: 'contacts are read without organizations:manage',
        from: "authScopes: requires('organizations:manage'),",
        to: 'authScopes: () => true,',
        only: 'contacts',
      },
    ],
  },
  {
    file: 'src/modules/contact/queries.ts',
    tests: GUARDS,
    mutants: [
      {
        what: 'contacts elsewhere are read by id',
        from: "${readableOrganizations(principal, { scope: 'organizations:manage' })} as o",
        to: 'organizations as o',
        only: 'the predicate in the statements alone > hides a foreign Contact ',
      },
    ],
  },
  {
    file: 'src/command/find-organization.ts',
    tests: 'test/contact/contacts.test.ts',
    mutants: [
      {
        what: 'contacts elsewhere are changed',
        from: '${readableOrganizations(principal, { scope })} as o on',
        to: 'organizations as o on',
        only: 'are seen and changed with',
      },
      {
        what: 'invitations elsewhere are changed',
        from: '${readableOrganizations(principal, { scope })} as o on',
        to: 'organizations as o on',
        tests: 'test/access/locks.test.ts',
        only: 'of an invitation elsewhere',
      },
    ],
  },
  {
    file: 'src/modules/contact/commands.ts',
    tests: 'test/contact/contacts.test.ts',
    mutants: [
      {
        what: 'an organization has any number of contacts',
        from: 'if (count >= CONTACTS_MAX) {',
        to: 'if (count < 0) {',
        only: 'are at most 50',
      },
      {
        what: 'a contact that is added may be there already',
        from: 'await requireNew(tx, organization.id, contact);',
        to: '',
        only: 'have each address once per kind',
      },
      {
        what: 'a contact that is changed may become another',
        from: 'await requireNew(tx, organization.id, after, id);',
        to: '',
        only: 'have each address once per kind',
      },
    ],
  },
  {
    file: 'src/modules/credential/queries.ts',
    tests: 'test/access/subtree.test.ts',
    mutants: [
      {
        what: 'the tokens of others are read by id',
        after: "'token by id',",
        from: 't.user_id = ${principal.user?.id ?? null}::uuid',
        to: 'true',
        tests: GUARDS,
        only: 'is never a token of somebody else',
      },
    ],
  },
  {
    file: 'src/modules/audit/type.ts',
    tests: FIELDS,
    mutants: [
      {
        what: 'an AuditEvent type shows events elsewhere',
        from: "...visibleTo({ scope: 'audit:read' }),",
        to: 'authScopes: () => true,',
        tests: GUARDS,
        only: HIDES('AuditEvent'),
      },
      {
        what: 'the log of what is below is read without child_organizations:manage',
        from: 'if (args.includeDescendants) requiresReach(organization, args, context);',
        to: '',
        only: 'auditLog with what is below',
      },
      {
        what: 'the log is read without audit:read',
        from: "return requires('audit:read')(organization, args, context);",
        to: 'return true;',
        only: 'auditLog',
      },
    ],
  },
  {
    file: 'src/modules/audit/redaction.ts',
    tests: 'test/audit/redaction.test.ts',
    mutants: [
      {
        what: 'the log shows what its fields do not',
        from: 'return rule.some((scope) => can(principal, scope, event.lineage));',
        to: 'return rule.length > 0;',
      },
      {
        what: 'the log shows what nothing is decided about',
        from: 'if (rule === undefined) return false;',
        to: 'if (rule === undefined) return true;',
      },
      {
        what: 'the log shows organizations elsewhere',
        from: 'return id !== undefined && (await seesOrganization(id));',
        to: 'return id !== undefined;',
      },
      {
        what: 'the log shows what others call their tokens',
        from: 'return event.actor_user_id !== null && event.actor_user_id === principal.user?.id;',
        to: 'return event.actor_user_id !== null;',
      },
    ],
  },
  {
    file: 'src/modules/organization/profile/writes.ts',
    tests: 'test/audit/redaction.test.ts',
    mutants: [
      {
        what: 'the log shows offers',
        from: "marketplaceOffers: ['organizations:manage'],",
        to: "marketplaceOffers: 'everybody',",
      },
      {
        what: 'the log shows accounts in other systems',
        from: "externalAccounts: ['organizations:manage'],",
        to: "externalAccounts: 'everybody',",
      },
      {
        what: 'the log shows who gets the bills',
        from: "billingEmail: ['billing:manage'],",
        to: "billingEmail: 'everybody',",
      },
    ],
  },
  {
    file: 'src/modules/organization/profile/column-type.ts',
    tests: 'test/audit/redaction.test.ts',
    mutants: [
      {
        what: 'the log shows addresses',
        from: "'profile.address_city': PROFILE_SCOPES,",
        to: "'profile.address_city': 'everybody',",
      },
    ],
  },
  {
    file: 'src/modules/invitation/facts.ts',
    tests: 'test/audit/redaction.test.ts',
    mutants: [
      {
        what: 'the log shows people',
        from: "const visibility = ['members:read'] as const;",
        to: "const visibility = 'everybody' as const;",
      },
    ],
  },
  {
    file: 'src/modules/credential/commands.ts',
    tests: 'test/audit/redaction.test.ts',
    mutants: [
      {
        what: 'the log shows keys',
        from: "const visibility = ['api_keys:manage'] as const;",
        to: "const visibility = 'everybody' as const;",
      },
    ],
  },
  {
    file: 'src/modules/organization/move/commands.ts',
    tests: 'test/audit/redaction.test.ts',
    mutants: [
      {
        what: 'the log shows how many organizations are below',
        from: 'affectedCount: [MANAGE_CHILDREN]',
        to: "affectedCount: 'everybody'",
      },
    ],
  },
  {
    file: 'src/modules/usage/by-child-type.ts',
    tests: 'test/usage/usage.test.ts',
    mutants: [
      {
        what: 'usage is broken down by child without child_organizations:manage',
        from: 'authScopes: ({ organization }, args, context) => requiresReach(organization, args, context),',
        to: 'authScopes: () => true,',
        only: 'requires the right to manage children',
      },
    ],
  },
  {
    file: 'src/modules/usage/type.ts',
    tests: FIELDS,
    mutants: [
      {
        what: 'usage of everything below is read without child_organizations:manage',
        from: "(args.scope === 'ALL' ? requiresReach : requires('usage:read'))",
        to: "requires('usage:read')",
        only: 'usage is opened',
      },
      {
        what: 'usage is read without usage:read',
        from: "(args.scope === 'ALL' ? requiresReach : requires('usage:read'))",
        to: "(args.scope === 'ALL' ? requiresReach : () => true)",
        only: 'usageOfItself is opened',
      },
    ],
  },
  {
    file: 'src/graphql/builder.ts',
    tests: RIGHTS,
    mutants: [
      {
        what: 'types are shown without their guard where only __typename is asked',
        from: 'runScopesOnType: true,',
        to: 'runScopesOnType: false,',
        tests: GUARDS,
        only: 'the scope on the types alone > hides',
      },
      {
        what: 'queries are answered without a credential',
        from: 'authenticated: principal.credential !== null,',
        to: 'authenticated: true,',
        tests: 'test/credential/authentication.test.ts',
        only: 'without a credential gets 401',
      },
    ],
  },
  {
    file: 'src/modules/organization/children.ts',
    tests: 'test/organization/filters.test.ts',
    mutants: [
      {
        what: 'a search among children finds what is elsewhere',
        from: 'const isChild = sql.join([sql`o.parent_id = parent.id`,',
        to: 'const isChild = sql.join([sql`o.parent_id is not null`,',
        only: 'search among children',
      },
      {
        what: 'a search among children counts those that left',
        from: 'where o.parent_id = parent.id and strpos',
        to: 'where strpos',
        only: 'not after it left',
      },
    ],
  },
];
