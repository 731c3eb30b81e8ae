/** Creating an organization, with all that comes with one, in one transaction. */
import { sql } from 'kysely';
import { act, actAsPerson, type Acting, type ActingPerson, type ActionRequest } from '../action/act.ts';
import { idempotencyKeyOf } from '../action/idempotency.ts';
import type { Principal } from '../access/principal.ts';
import type { Lineage } from '../access/rights.ts';
import { MANAGE_CHILDREN } from '../access/scopes.ts';
import type { Database } from '../database/connect.ts';
import { followDomain } from '../domain/write-store.ts';
import { badInput, checkAll, personRequired } from '../errors.ts';
import { refuse, type Failure } from '../failure.ts';
import { encodeId } from '../ids.ts';
import { INVITED_MAX, invite, requireInvitee, type InvitationOutcome, type Invitee } from '../invitation/invite.ts';
import { insertMembership } from '../membership/write-store.ts';
import { planProvisioning } from '../provisioning/write-store.ts';
import { ADMIN, usableRoles } from '../role/choice.ts';
import { requireStorable } from '../text.ts';
import { requireDetails, type Details, type DetailsInput } from './details-input.ts';
import { currentDetails, writeBelongings } from './details-write-store.ts';
import { isSlug, slugOfName, slugProblem } from './slug-store.ts';

export interface CreateInput extends DetailsInput {
  name: string;
  /** Made from the name when absent. */
  slug?: string | null | undefined;
  /** UUID of the organization to create it below; absent for a tree of its own. */
  parentId?: string | null | undefined;
  users?: readonly Invitee[] | null | undefined;
  idempotencyKey?: string | null | undefined;
}

/** What was created; data that JSON can hold. */
export interface Created {
  organizationId: string;
  /** That of the calling person; null for an API key. */
  membershipId: string | null;
  outcomes: InvitationOutcome[];
  ignoredRoles: string[];
}

interface Place {
  id: string;
  lineage: Lineage;
}

function requireSlug(slug: string): void {
  requireStorable(slug, 'slug');
  if (!isSlug(slug)) throw badInput('slug', 'must have 3 to 63 characters of a-z, 0-9 and single hyphens between them');
}

/**
 * Creates an organization below another one, which takes `child_organizations:manage` there, or, without a parent, at
 * the top of a tree of its own, which any person may do. The calling person becomes its admin.
 */
export function createOrganization(request: ActionRequest, input: CreateInput): Promise<Created | Failure> {
  const { parentId, slug, users, ...rest } = input;
  const invitees = users ?? [];
  if (invitees.length > INVITED_MAX) throw badInput('users', `must name at most ${INVITED_MAX} people`);
  const [, , details] = checkAll(
    () => slug != null && requireSlug(slug),
    () => checkAll(...invitees.map((invitee, index) => () => requireInvitee(invitee, `users.${index}.`))),
    () => requireDetails(rest),
  );
  const idempotency = idempotencyKeyOf(input);
  const action = 'createOrganization';
  const { settings } = request;
  if (parentId != null) {
    const target = { type: 'Organization', id: parentId } as const;
    return act(request, { action, target, on: parentId, scope: MANAGE_CHILDREN, idempotency }, (acting) =>
      create(acting, acting.organization, slug, details, invitees, settings),
    );
  }
  const { user } = request.principal;
  if (!user) throw personRequired();
  const target = { type: 'User', id: user.id } as const;
  return actAsPerson(request, { action, target, idempotency }, async (acting) => {
    await requireFirstOrVerified(acting);
    return create(acting, null, slug, details, invitees, settings);
  });
}

/** An account whose address is not verified creates one tree of its own. The person's lock makes the count hold. */
async function requireFirstOrVerified({ tx, person }: ActingPerson): Promise<void> {
  if (person.verifiedEmail !== null) return;
  const { rows } = await sql`
    select from standalone_organizations where user_id = ${person.id}::uuid limit 1`.execute(tx);
  if (rows.length > 0) refuse('EmailNotVerifiedError', {});
}

async function create(
  acting: Acting,
  parent: Place | null,
  wantedSlug: string | null | undefined,
  details: Details,
  invitees: readonly Invitee[],
  settings: ActionRequest['settings'],
): Promise<Created> {
  const { tx, principal } = acting;
  const organization = await insertOrganization(tx, parent, wantedSlug, details);
  const { id, lineage, slug } = organization;
  const record: Acting['record'] = (entry) => acting.record({ ...entry, organizationId: id });
  const billingEmail = details.billingEmail ?? principal.user?.verifiedEmail ?? null;
  await writeBelongings(tx, id, { ...details, billingEmail });
  await followDomain(tx, id);
  const admin = (await usableRoles(tx, lineage)).get(ADMIN);
  const membershipId = principal.user && admin ? await insertMembership(tx, id, principal.user.id, [admin.id]) : null;
  record({
    target: { type: 'Organization', id },
    before: null,
    after: {
      slug,
      ...(await currentDetails(tx, id, { ...details, billingEmail })),
      ...(parent && { parentId: encodeId('Organization', parent.id) }),
      ...(principal.user && { admin: encodeId('User', principal.user.id) }),
    },
  });
  await planProvisioning(tx, id);
  if (!parent && principal.user) {
    await sql`
      insert into standalone_organizations (organization_id, user_id)
      values (${id}::uuid, ${principal.user.id}::uuid)`.execute(tx);
  }
  // In a tree of its own the person invites as its admin, since it acts from nowhere above.
  const inviter: Principal = parent ? principal : { ...principal, home: { id, lineage, scopes: new Set(admin?.scopes) } };
  const outcomes = invitees.length > 0 ? await invite({ ...acting, principal: inviter, organization, record }, invitees, settings) : [];
  return { organizationId: id, membershipId, outcomes, ignoredRoles: [...new Set(outcomes.flatMap((one) => one.ignoredRoles))] };
}

/** Slugs that are tried for a name; two of 36^6 suffixes hardly ever meet. */
const SLUGS_TRIED = 8;

/**
 * The organization's own row. Two that claim one slug at the same moment meet at its unique index. A slug that the
 * caller chose is refused then; one made from the name gets a suffix, so that any number of one name can be created at
 * once.
 */
async function insertOrganization(
  tx: Database,
  parent: Place | null,
  wantedSlug: string | null | undefined,
  details: Details,
): Promise<Place & { slug: string }> {
  const limits = await sql<{ max_depth: number }>`select max_depth from tree_settings`.execute(tx);
  const limit = limits.rows[0]?.max_depth ?? 0;
  if (parent && parent.lineage.length > limit) refuse('DepthLimitError', { limit });
  if (wantedSlug != null) {
    const inserted = await insertUnder(tx, parent, wantedSlug, details);
    return 'reason' in inserted ? refuse('SlugTakenError', { slug: wantedSlug, reason: inserted.reason }) : inserted;
  }
  for (let tried = 0; tried < SLUGS_TRIED; tried++) {
    const slug = slugOfName(details.name ?? '', tried > 0);
    const inserted = slug === undefined ? null : await insertUnder(tx, parent, slug, details);
    if (inserted && !('reason' in inserted)) return inserted;
  }
  return refuse('ContentionError', {});
}

/** Inserts the row with this slug, or tells why the slug cannot be taken. */
async function insertUnder(
  tx: Database,
  parent: Place | null,
  slug: string,
  { name, kind, domain }: Details,
): Promise<(Place & { slug: string }) | { reason: 'RESERVED' | 'TAKEN' }> {
  const reason = await slugProblem(tx, slug);
  if (reason) return { reason };
  const { rows } = await sql<Place & { slug: string }>`
    insert into organizations (parent_id, slug, name, kind, domain, domain_setup_status)
    values (${parent?.id ?? null}::uuid, ${slug}, ${name}, ${kind ?? 'CUSTOMER'}, ${domain ?? null}::text,
      case when ${domain ?? null}::text is null then 'NOT_CONFIGURED' else 'PENDING' end)
    on conflict (slug) do nothing returning id, lineage, slug`.execute(tx);
  return rows[0] ?? { reason: 'TAKEN' };
}
