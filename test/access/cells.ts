/**
 * The rows of the authorization matrix: everything that can be read and changed, how it is asked, and what the model
 * says about it. `covered` is compared with the schema, so that nothing new comes without a row.
 */
import { NODE_TYPES, type NodeType } from '../setup/nodes.ts';
import { SAMPLES } from '../samples/registry.ts';
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
import {
  forbidden,
  rulingOn,
  type Asker,
  type MutationFixture,
  type Target,
  type Verdict,
} from './verdicts.ts';

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
  /** The column of the profile that it shows, and what every target has in it. */
  column?: readonly [name: string, stored: string];
  /** What everybody is answered whom it is shown; not compared with anything but other answers when absent. */
  shows?: unknown;
}

const field = (name: string, selection = '', ...needs: ScopeName[]): FieldRow => ({
  covers: [`Organization.${name}`],
  path: [name],
  text: `${name}${selection}`,
  needs,
});
/** A field that shows a column of the profile. */
const profileField = (name: string, column: string, stored: string): FieldRow => ({
  ...field(name, '', 'organizations:manage', 'billing:manage'),
  column: [column, stored],
  shows: stored,
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
  profileField('invoiceOwner', 'invoice_owner', 'PARTNER'),
  profileField('externalReference', 'external_reference', 'C-1'),
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

/** What targets have in the columns of their profiles. */
export const profileColumns: Readonly<Record<string, string>> = Object.fromEntries(
  organizationFields.flatMap(({ column }) => (column ? [column] : [])),
);

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
    if (row.shows !== undefined && verdicts.get(path) === 'data') values.set(path, row.shows);
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
export interface Tried {
  alias: string;
  name: string;
  input: object;
  verdict: Verdict;
}

/** What the sample of every mutation tries on one target, in the order in which they can follow each other. */
export function attempts(
  forest: Forest,
  asker: Asker,
  target: Target,
  fixture: MutationFixture,
): Tried[] {
  const ruling = rulingOn(forest, asker, target.slug);
  const cell = { ...ruling, target, fixture, inTarget: { organizationId: target.id } };
  return SAMPLES.flatMap(([mutation, sample]) =>
    sample.attempts(cell).map((attempt) => {
      const { name = mutation, alias = name, input } = attempt;
      const verdict =
        'verdict' in attempt ? attempt.verdict : ruling.by(sample.right, attempt.answer);
      return { alias, name, input, verdict };
    }),
  );
}
