/**
 * The rows of the authorization matrix: everything that can be read and changed, how it is asked, and what the model
 * says about it. `covered` is compared with the schema, so that nothing new comes without a row.
 */
import { NODE_TYPES, type NodeType } from '../setup/nodes.ts';
import {
  REACH,
  SCOPES,
  exists,
  held,
  isBelow,
  may,
  type Forest,
  type Request,
  type ScopeName,
} from './model.ts';

/**
 * What becomes of one question: `data`, the code of the error (`FORBIDDEN` with the scopes that it names), the code of
 * an expected failure that only somebody with the right is told, or the name of a payload.
 */
export type Verdict = string;

export const forbidden = (...scopes: readonly string[]): Verdict =>
  `FORBIDDEN: ${scopes.join(', ')}`;

/** Ids of what belongs to the target. */
export interface Target {
  slug: string;
  id: string;
  /** An organization that it could be moved to without a change: its parent, or itself at the top. */
  parentId: string;
  /** Rows of each node type. */
  nodes: Readonly<Record<NodeType, string>>;
  /** Address of a member without scopes. */
  memberEmail: string;
  /** A second member without scopes, who is removed and comes back. */
  leaver: string;
  /** An invitation that is closed, a key that is revoked. */
  closedInvitation: string;
  revokedKey: string;
  /** Address of the contact in `nodes`, and a second contact, which is deleted and comes back. */
  contactEmail: string;
  spareContact: string;
}

/** Who asks: a request in an organization, a person in none, or nobody. */
export interface Asker {
  request: Request | null;
  person: boolean;
  anonymous?: boolean;
}

/** A question about a target that exists for the request. */
interface FieldRow {
  covers: readonly string[];
  /** How it stands in the answer, below the organization. */
  path: readonly string[];
  text: string;
  /** Any one of these opens it, and a refusal names all; nothing is needed when empty. */
  needs: readonly ScopeName[];
  /** Needs these as well, which are asked first. */
  first?: readonly ScopeName[];
  /** Whether the caller's place or rights show in what is answered. */
  personal?: boolean;
}

const field = (name: string, selection = '', ...needs: ScopeName[]): FieldRow => ({
  covers: [`Organization.${name}`],
  path: [name],
  text: `${name}${selection}`,
  needs,
});
const window = 'from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z"';
const page = (name: string, selection: string, ...needs: ScopeName[]): FieldRow =>
  field(name, `(first: 1) { totalCount nodes { ${selection} } }`, ...needs);

/**
 * Fields of `Organization` without a guard: everybody to whom the organization is shown reads them, also a person who
 * is only invited to it.
 */
const basicFields: readonly FieldRow[] = [
  field('id'),
  field('slug'),
  field('name'),
  field('kind'),
  field('status'),
  field('source'),
  { ...field('domain'), personal: true },
  field('domainSetupStatus'),
  field('createdAt'),
  field('updatedAt'),
  field('version'),
];

/** Their names. */
export const BASIC_FIELDS: ReadonlySet<string> = new Set(basicFields.flatMap(({ path }) => path));

/** Every field of `Organization`, and the guarded fields and types that only they lead to. */
export const organizationFields: readonly FieldRow[] = [
  ...basicFields,
  { ...field('parent', ' { id }'), personal: true },
  { ...field('parentId'), personal: true },
  { ...field('partnership', ' { since partner { id } }'), personal: true },
  field('ancestors', ' { id }'),
  field('depth'),
  field('branding', ' { primaryColor }'),
  field('provisioning', ' { status }'),
  { ...field('viewerAccess', ' { kind scopes }'), personal: true },
  field('roles', ' { key }'),
  page('members', 'id', 'members:read'),
  page('invitations', 'id', 'members:read'),
  page('apiKeys', 'id', 'api_keys:manage'),
  page('contacts', 'id', 'organizations:manage'),
  page('auditLog', 'id', 'audit:read'),
  {
    ...page('auditLog', 'id', 'audit:read'),
    path: ['logBelow'],
    text: 'logBelow: auditLog(first: 1, includeDescendants: true) { nodes { id } }',
    first: [REACH],
  },
  field('billing', ' { plan }', 'billing:manage'),
  field('limits', ' { concurrency { limit } }', 'organizations:manage', 'billing:manage'),
  field('primaryAddress', ' { city }', 'organizations:manage', 'billing:manage'),
  field('invoiceOwner', '', 'organizations:manage', 'billing:manage'),
  field('externalReference', '', 'organizations:manage', 'billing:manage'),
  field('externalAccounts', ' { system }', 'organizations:manage'),
  field('marketplaceOffers', ' { url }', 'organizations:manage'),
  field('inventory', ' { agents }', 'organizations:manage'),
  { ...field('domainVerification', ' { recordName }', 'organizations:manage'), personal: true },
  {
    ...page('people', 'user { id } memberships { id }', REACH),
    covers: ['Organization.people', 'Person'],
  },
  page('children', 'id', REACH),
  page('descendants', 'id', REACH),
  field('childCount', '', REACH),
  field('hasChildren', '', REACH),
  field('descendantCount', '', REACH),
  field('usage', `(${window}) { organizationCount }`, REACH),
  {
    ...field('usage', '', 'usage:read'),
    path: ['usageOfItself'],
    text: `usageOfItself: usage(${window}, scope: SINGLE) {
      organizationCount byChild(first: 1, metric: "voice_calls") { edges { node { id } } } }`,
  },
  {
    covers: ['UsageSummary.byChild'],
    path: ['usageOfItself', 'byChild'],
    text: '',
    needs: [REACH],
  },
];

/** What the scopes that a row needs say about an organization that exists for the request. */
function verdictOf(
  forest: Forest,
  request: Request,
  { needs, first = [] }: FieldRow,
  organization: string,
): Verdict {
  for (const scopes of [first, needs]) {
    if (scopes.length === 0) continue;
    // What is below is told of to nobody without the scope; in the acting organization it is held or it is not.
    const open =
      scopes[0] === REACH
        ? held(request).has(REACH)
        : scopes.some((scope) => may(forest, request, scope, organization));
    if (!open) return forbidden(...scopes);
  }
  return 'data';
}

/** The scope that seeing a row of the type takes on the organization it belongs to. */
const nodeScopes: Readonly<Record<NodeType, ScopeName | 'existence' | 'own'>> = {
  Organization: 'existence',
  User: 'members:read',
  Membership: 'members:read',
  Invitation: 'members:read',
  Role: 'existence',
  ApiKey: 'api_keys:manage',
  PersonalAccessToken: 'own',
  AuditEvent: 'audit:read',
  Contact: 'organizations:manage',
};

function nodeVerdict(
  forest: Forest,
  request: Request,
  type: NodeType,
  organization: string,
): Verdict {
  const scope = nodeScopes[type];
  if (scope === 'own') return 'NOT_FOUND';
  // Roles from above are usable in the acting organization.
  const above =
    type === 'Role' &&
    !forest.get(organization)?.deleted &&
    isBelow(forest, request.organization, organization);
  if (scope === 'existence')
    return above || exists(forest, request, organization) ? 'data' : 'NOT_FOUND';
  return may(forest, request, scope, organization) ? 'data' : 'NOT_FOUND';
}

const ROOTS = [
  'invitationPreview',
  'node',
  'nodes',
  'organization',
  'plans',
  'scopes',
  'slugAvailability',
  'usageMetrics',
  'viewer',
];
const VIEWER = [
  'can',
  'credential',
  'invitations',
  'memberships',
  'organization',
  'personalAccessTokens',
  'scopes',
  'user',
];

/** What a reading document may answer, by path; everything else in it has to be data. */
export interface Expected {
  verdicts: Map<string, Verdict>;
  /** Values that the model knows, by path. */
  values: Map<string, unknown>;
  /** Paths whose value depends on the caller, or may be null where it is allowed. */
  personal: Set<string>;
}

/** Asks everything about one target, in one document. */
export function readDocument(target: Target, { anonymous = false }: Asker): string {
  const fields = organizationFields.map(({ text }) => text).join(' ');
  const can = SCOPES.map(
    (scope, index) => `can${index}: can(scope: "${scope}", organizationId: "${target.id}")`,
  );
  const ids = NODE_TYPES.map((type) => `"${target.nodes[type]}"`).join(', ');
  // It is never null, and without a credential would take all other answers with it.
  const viewer = `viewer { credential { kind } user { id } organization { id } scopes memberships(first: 1) { totalCount }
    invitations(first: 1) { totalCount } personalAccessTokens { id } ${can.join(' ')} }`;
  return `{
    byId: organization(id: "${target.id}") { ${fields} }
    bySlug: organization(slug: "${target.slug}") { id }
    own: organization { id }
    node(id: "${target.id}") { id }
    nodes(ids: [${ids}]) { id }
    scopes { key }
    usageMetrics { key }
    plans { key }
    slugAvailability(slug: "${target.slug}") { available }
    invitationPreview(token: "unknown") { organizationName }
    ${anonymous ? '' : viewer}
  }`;
}

/** What the model says about that document. */
export function expectedRead(forest: Forest, asker: Asker, target: Target): Expected {
  const verdicts = new Map<string, Verdict>();
  const values = new Map<string, unknown>();
  const personal = new Set(['invitationPreview', 'own', 'viewer']);
  const { request, anonymous = false } = asker;
  const within = ['byId', 'bySlug', 'own', 'node', 'nodes', 'scopes', 'usageMetrics', 'plans'];
  if (anonymous || !request) {
    for (const path of anonymous ? [...within, 'slugAvailability', 'invitationPreview'] : within)
      verdicts.set(path, anonymous ? 'UNAUTHENTICATED' : 'ORGANIZATION_REQUIRED');
    if (!anonymous) {
      for (const index of SCOPES.keys()) values.set(`viewer.can${index}`, false);
      values.set('viewer.organization', null).set('viewer.scopes', []);
    }
    return { verdicts, values, personal };
  }
  const there = exists(forest, request, target.slug);
  for (const path of ['byId', 'bySlug', 'node']) verdicts.set(path, there ? 'data' : 'NOT_FOUND');
  for (const path of [
    'own',
    'scopes',
    'usageMetrics',
    'plans',
    'slugAvailability',
    'invitationPreview',
    'viewer',
  ])
    verdicts.set(path, 'data');
  for (const [index, type] of NODE_TYPES.entries())
    verdicts.set(`nodes.${index}`, nodeVerdict(forest, request, type, target.slug));
  for (const [index, scope] of SCOPES.entries())
    values.set(`viewer.can${index}`, may(forest, request, scope, target.slug));
  values.set(
    'viewer.scopes',
    SCOPES.filter((scope) => held(request).has(scope)),
  );
  if (!there) return { verdicts, values, personal };
  for (const row of organizationFields) {
    const path = ['byId', ...row.path].join('.');
    const outer = verdicts.get(['byId', ...row.path.slice(0, -1)].join('.'));
    if (outer === 'data') verdicts.set(path, verdictOf(forest, request, row, target.slug));
    if (row.personal) personal.add(path);
  }
  values.set(
    'byId.viewerAccess.scopes',
    SCOPES.filter((scope) => may(forest, request, scope, target.slug)),
  );
  return { verdicts, values, personal };
}

/** Schema coordinates of fields and guarded types that the reading document covers. */
export const coveredReads: readonly string[] = [
  ...ROOTS.map((name) => `Query.${name}`),
  ...VIEWER.map((name) => `Viewer.${name}`),
  ...NODE_TYPES,
  ...organizationFields.flatMap(({ covers }) => covers),
];

/** One mutation on a target, and what it answers. */
export interface Attempt {
  alias: string;
  name: string;
  input: object;
  verdict: Verdict;
}

/** What mutations need besides the target. */
export interface MutationFixture {
  /** An organization below the acting organization and below no target, which can be moved to any of them. */
  probe: string;
  probeId: string;
  /** A revoked token of the calling person; null for a caller that is none. */
  ownToken: string | null;
  /** Makes an event's id unique. */
  unique(): string;
}

/**
 * Every mutation on one target, in the order in which they can follow each other. They leave the target as it was, as
 * far as the rows of the matrix can tell, or change it back.
 */
export function attempts(
  forest: Forest,
  asker: Asker,
  target: Target,
  fixture: MutationFixture,
): Attempt[] {
  const { request, person, anonymous = false } = asker;
  const { slug, id } = target;
  const inTarget = { organizationId: id };
  const isSuspended = slug === 'halted';
  const isDeleted = forest.get(slug)?.deleted ?? false;
  const isActing = request?.organization === slug;
  const reach = request !== null && held(request).has(REACH);
  const there = request !== null && exists(forest, request, slug);
  const restorable = isDeleted && reach && isBelow(forest, slug, request.organization);

  const guarded = (verdict: () => Verdict): Verdict => {
    if (anonymous) return 'UNAUTHENTICATED';
    return request ? verdict() : 'ORGANIZATION_REQUIRED';
  };
  /** Takes a scope on the target. */
  const takes = (scope: ScopeName, done: Verdict): Verdict =>
    guarded(() => {
      if (!there || !request) return 'NOT_FOUND';
      return may(forest, request, scope, slug) ? done : forbidden(scope);
    });
  /** Is not done to the organization of the request itself. */
  const below = (done: Verdict): Verdict =>
    guarded(() => (isActing ? 'BAD_USER_INPUT' : takes(REACH, done)));
  /** Takes a scope on a row that only holders of another scope can see. */
  const seenWith = (seen: ScopeName, scope: ScopeName, done: Verdict): Verdict =>
    guarded(() => (request && may(forest, request, seen, slug) ? takes(scope, done) : 'NOT_FOUND'));
  const byPerson = (done: Verdict): Verdict => {
    if (anonymous) return 'UNAUTHENTICATED';
    return person ? done : forbidden();
  };
  const one = (name: string, input: object, verdict: Verdict, alias = name): Attempt => ({
    alias,
    name,
    input,
    verdict,
  });
  const suspend = one('suspendOrganization', { id }, below('SuspendOrganizationPayload'));
  const resume = one('resumeOrganization', { id }, below('ResumeOrganizationPayload'));
  const event = {
    id: fixture.unique(),
    metric: 'voice_calls',
    quantity: '1',
    occurredAt: new Date().toISOString(),
  };

  return [
    one(
      'createOrganization',
      { name: 'Matrix', slug: 'acme', parentId: id },
      takes(REACH, 'SLUG_TAKEN'),
    ),
    one(
      'createOrganization',
      { name: 'Matrix', slug: 'acme' },
      byPerson('SLUG_TAKEN'),
      'createRoot',
    ),
    one(
      'updateOrganization',
      { id, name: `The ${slug}` },
      takes('organizations:manage', 'UpdateOrganizationPayload'),
    ),
    one(
      'updateOrganization',
      { id, billingEmail: 'billing@x.example' },
      guarded(() => {
        const first = takes('organizations:manage', 'UpdateOrganizationPayload');
        return first === 'UpdateOrganizationPayload' ? takes('billing:manage', first) : first;
      }),
      'updateBilling',
    ),
    one('moveOrganization', { id, newParentId: target.parentId }, below('MoveOrganizationPayload')),
    one(
      'moveOrganization',
      { id: fixture.probeId, newParentId: id, dryRun: true },
      guarded(() => (reach && there ? 'MoveOrganizationPayload' : 'NOT_FOUND')),
      'moveInto',
    ),
    one('deleteOrganization', { id, mode: 'RESTRICT' }, below('HAS_CHILDREN')),
    one(
      'deleteOrganization',
      { id, mode: 'RESTRICT', confirmSlug: slug },
      guarded(() => {
        if (!isActing || !request || forest.get(slug)?.parent) return below('HAS_CHILDREN');
        return may(forest, request, 'organizations:manage', slug)
          ? takes(REACH, 'HAS_CHILDREN')
          : forbidden('organizations:manage');
      }),
      'deleteOwn',
    ),
    ...(isSuspended ? [resume, suspend] : [suspend, resume]),
    // The billing accounts of the matrix are not provisioned.
    one('changePlan', { ...inTarget, plan: 'free' }, takes('billing:manage', 'BILLING_NOT_READY')),
    one('openBillingPortal', inTarget, takes('billing:manage', 'BILLING_NOT_READY')),
    one('retryProvisioning', inTarget, takes('organizations:manage', 'RetryProvisioningPayload')),
    one(
      'updateMemberRoles',
      { ...inTarget, userId: target.nodes.User, roles: ['user'] },
      takes('members:manage', 'UpdateMemberRolesPayload'),
    ),
    one(
      'removeMember',
      { ...inTarget, userId: target.leaver },
      takes('members:manage', 'RemoveMemberPayload'),
    ),
    // Of an organization that the person is no member of.
    one('leaveOrganization', { organizationId: fixture.probeId }, byPerson('NOT_FOUND')),
    one(
      'addMember',
      { ...inTarget, email: target.memberEmail, roles: ['user'] },
      takes('members:manage', 'ALREADY_MEMBER'),
    ),
    one(
      'createRole',
      { ...inTarget, key: 'admin', name: 'Matrix', scopes: [] },
      takes('roles:manage', 'ROLE_KEY_TAKEN'),
    ),
    one(
      'updateRole',
      { id: target.nodes.Role, name: 'Own' },
      takes('roles:manage', 'UpdateRolePayload'),
    ),
    one('deleteRole', { id: target.nodes.Role }, takes('roles:manage', 'ROLE_IN_USE')),
    one(
      'createInvitation',
      { ...inTarget, email: target.memberEmail, roles: ['user'] },
      takes('members:manage', 'ALREADY_MEMBER'),
    ),
    one(
      'inviteUsers',
      { ...inTarget, users: [{ email: target.memberEmail, roles: ['user'] }] },
      takes('members:manage', 'InviteUsersPayload'),
    ),
    one(
      'resendInvitation',
      { id: target.closedInvitation },
      seenWith('members:read', 'members:manage', 'INVITATION_CLOSED'),
    ),
    one(
      'revokeInvitation',
      { id: target.closedInvitation },
      seenWith('members:read', 'members:manage', 'INVITATION_CLOSED'),
    ),
    one('acceptInvitation', { token: 'unknown' }, byPerson('INVITATION_INVALID')),
    one('declineInvitation', { token: 'unknown' }, byPerson('INVITATION_INVALID')),
    one('acceptInvitation', { id: target.nodes.Invitation }, byPerson('NOT_FOUND'), 'acceptById'),
    one('declineInvitation', { id: target.nodes.Invitation }, byPerson('NOT_FOUND'), 'declineById'),
    // The address is that of the contact that is there.
    one(
      'createContact',
      { ...inTarget, kind: 'BILLING', name: 'Matrix', email: target.contactEmail },
      takes('organizations:manage', 'CONTACT_EXISTS'),
    ),
    one(
      'updateContact',
      { id: target.nodes.Contact, name: 'Matrix' },
      seenWith('organizations:manage', 'organizations:manage', 'UpdateContactPayload'),
    ),
    one(
      'deleteContact',
      { id: target.spareContact },
      seenWith('organizations:manage', 'organizations:manage', 'DeleteContactPayload'),
    ),
    one(
      'createApiKey',
      { ...inTarget, name: 'matrix', scopes: [] },
      takes('api_keys:manage', 'CreateApiKeyPayload'),
    ),
    one(
      'updateApiKey',
      { id: target.nodes.ApiKey, name: 'k' },
      seenWith('api_keys:manage', 'api_keys:manage', 'UpdateApiKeyPayload'),
    ),
    one(
      'revokeApiKey',
      { id: target.revokedKey },
      seenWith('api_keys:manage', 'api_keys:manage', 'RevokeApiKeyPayload'),
    ),
    one(
      'recordUsage',
      { events: [{ ...event, organizationId: id }] },
      guarded(() => {
        if (!there || !request) return 'rejected: ORGANIZATION_NOT_FOUND';
        return may(forest, request, 'usage:write', slug)
          ? 'RecordUsagePayload'
          : 'rejected: FORBIDDEN';
      }),
    ),
    one(
      'createPersonalAccessToken',
      { name: 'matrix' },
      byPerson('CreatePersonalAccessTokenPayload'),
    ),
    one(
      'revokePersonalAccessToken',
      { id: target.nodes.PersonalAccessToken },
      byPerson('NOT_FOUND'),
    ),
    ...(fixture.ownToken === null
      ? []
      : [
          one(
            'revokePersonalAccessToken',
            { id: fixture.ownToken },
            byPerson('RevokePersonalAccessTokenPayload'),
            'revokeOwn',
          ),
        ]),
    one(
      'restoreOrganization',
      { id },
      guarded(() =>
        restorable ? 'RestoreOrganizationPayload' : below('RestoreOrganizationPayload'),
      ),
    ),
    // A deleted one that was restored a moment ago is deleted again, with what came back with it.
    ...(isDeleted
      ? [
          one(
            'deleteOrganization',
            { id, mode: 'CASCADE' },
            guarded(() => (restorable ? 'DeleteOrganizationPayload' : 'NOT_FOUND')),
            'deleteAgain',
          ),
        ]
      : []),
  ];
}
