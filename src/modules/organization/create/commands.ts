/** Creates an organization and everything that belongs to it, in one transaction. */
import { sql } from 'kysely';
import {
  runCommand,
  type Change,
  type UserChange,
  type CommandRequest,
} from '../../../command/run.ts';
import { idempotencyKeyOf } from '../../../command/idempotency.ts';
import type { Principal } from '../../../authorization/principal.ts';
import type { Lineage } from '../../../authorization/rights.ts';
import { MANAGE_CHILDREN } from '../../../authorization/scopes.ts';
import type { Database } from '../../../database/connect.ts';
import { many, maybeOne, one, type Columns } from '../../../database/rows.ts';
import { followDomain } from '../domain/writes.ts';
import { badInput, parseAll, personRequired } from '../../../errors.ts';
import { refuse, type UserError } from '../../../command/user-error.ts';
import { encodeId } from '../../../values/ids.ts';
import {
  INVITED_MAX,
  invite,
  requireInvitee,
  type InvitationOutcome,
  type Invitee,
} from '../../invitation/invite.ts';
import { insertMembership } from '../../membership/writes.ts';
import { planProvisioning } from '../../provisioning/writes.ts';
import { ADMIN, usableRoles } from '../../role/choice.ts';
import { requireStorable } from '../../../values/text.ts';
import { requireDetails, type Details, type DetailsInput } from '../profile/input.ts';
import { currentDetails, writeBelongings } from '../profile/writes.ts';
import { isSlug, slugOfName, slugProblem } from '../slug/queries.ts';
import { ContentionError } from '../../../command/errors.ts';
import { EmailNotVerifiedError } from '../../invitation/errors.ts';
import { DepthLimitError, SlugTakenError } from '../errors.ts';

export interface CreateInput extends DetailsInput {
  name: string;
  /** Derived from the name if absent. */
  slug?: string | null | undefined;
  /** The UUID of the parent; absent for a standalone tree. */
  parentId?: string | null | undefined;
  users?: readonly Invitee[] | null | undefined;
  idempotencyKey?: string | null | undefined;
}

/** The result, as JSON data. */
export interface Created {
  organizationId: string;
  /** The membership of the calling person; null for an API key. */
  membershipId: string | null;
  outcomes: InvitationOutcome[];
  ignoredRoles: string[];
}

interface Place extends Columns<'organizations', 'id'> {
  lineage: Lineage;
}

function requireSlug(slug: string): void {
  requireStorable(slug, 'slug');
  if (!isSlug(slug))
    throw badInput(
      'slug',
      'must have 3 to 63 characters of a-z, 0-9 and single hyphens between them',
    );
}

/**
 * Creates an organization below another one, which requires `child_organizations:manage` there, or,
 * without a parent, at the root of a new tree, which any person may do. The calling person becomes
 * its admin.
 */
export function createOrganization(
  request: CommandRequest,
  input: CreateInput,
): Promise<Created | UserError> {
  const { parentId, slug, users, ...rest } = input;
  const invitees = users ?? [];
  if (invitees.length > INVITED_MAX)
    throw badInput('users', `must name at most ${INVITED_MAX} people`);
  const [, , details] = parseAll(
    () => slug != null && requireSlug(slug),
    () =>
      parseAll(
        ...invitees.map((invitee, index) => () => requireInvitee(invitee, `users.${index}.`)),
      ),
    () => requireDetails(rest),
  );
  const idempotency = idempotencyKeyOf(input);
  const action = 'createOrganization';
  const { settings } = request;
  if (parentId != null) {
    const target = { type: 'Organization', id: parentId } as const;
    return runCommand(
      request,
      { action, target, on: parentId, scope: MANAGE_CHILDREN, idempotency },
      (acting) => create(acting, acting.organization, slug, details, invitees, settings),
    );
  }
  const { user } = request.principal;
  if (!user) throw personRequired();
  const target = { type: 'User', id: user.id } as const;
  return runCommand(request, { action, target, idempotency }, async (acting) => {
    await requireFirstOrVerified(acting);
    return create(acting, null, slug, details, invitees, settings);
  });
}

/**
 * Refuses a second standalone tree to an account with an unverified address. The user's lock keeps
 * the count valid.
 */
async function requireFirstOrVerified({ tx, user }: UserChange): Promise<void> {
  if (user.verifiedEmail !== null) return;
  const rows = await many(
    tx,
    sql`
      select from standalone_organizations where user_id = ${user.id}::uuid limit 1`,
  );
  if (rows.length > 0) refuse(EmailNotVerifiedError, {});
}

async function create(
  acting: Change,
  parent: Place | null,
  wantedSlug: string | null | undefined,
  details: Details,
  invitees: readonly Invitee[],
  settings: CommandRequest['settings'],
): Promise<Created> {
  const { tx, principal } = acting;
  const organization = await insertOrganization(tx, parent, wantedSlug, details);
  const { id, lineage, slug } = organization;
  const record: Change['record'] = (entry) => acting.record({ ...entry, organizationId: id });
  const billingEmail = details.billingEmail ?? principal.user?.verifiedEmail ?? null;
  await writeBelongings(tx, id, { ...details, billingEmail });
  await followDomain(tx, id);
  const admin = (await usableRoles(tx, lineage)).get(ADMIN);
  const membershipId =
    principal.user && admin ? await insertMembership(tx, id, principal.user.id, [admin.id]) : null;
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
    await tx
      .insertInto('standalone_organizations')
      .values({ organization_id: id, user_id: principal.user.id })
      .execute();
  }
  // In a new tree the person invites as its admin, since they do not act from an organization
  // above.
  const inviter: Principal = parent
    ? principal
    : { ...principal, organization: { id, lineage, scopes: new Set(admin?.scopes) } };
  const outcomes =
    invitees.length > 0
      ? await invite({ ...acting, principal: inviter, organization, record }, invitees, settings)
      : [];
  return {
    organizationId: id,
    membershipId,
    outcomes,
    ignoredRoles: [...new Set(outcomes.flatMap((outcome) => outcome.ignoredRoles))],
  };
}

/** How many slugs are tried for a name. With 36^6 suffixes, two are hardly ever the same. */
const SLUGS_TRIED = 8;

/**
 * Inserts the organization's own row. If two claim the same slug at the same time, its unique index
 * decides. A slug that the caller chose is refused then; one derived from the name gets a suffix,
 * so that any number of organizations with the same name can be created at once.
 */
async function insertOrganization(
  tx: Database,
  parent: Place | null,
  wantedSlug: string | null | undefined,
  details: Details,
): Promise<Place & { slug: string }> {
  const { max_depth: limit } = await one(
    tx,
    sql<{ max_depth: number }>`select max_depth from tree_settings`,
  );
  if (parent && parent.lineage.length > limit) refuse(DepthLimitError, { limit });
  if (wantedSlug != null) {
    const inserted = await insertUnder(tx, parent, wantedSlug, details);
    return 'reason' in inserted
      ? refuse(SlugTakenError, { slug: wantedSlug, reason: inserted.reason })
      : inserted;
  }
  for (let tried = 0; tried < SLUGS_TRIED; tried++) {
    const slug = slugOfName(details.name ?? '', tried > 0);
    const inserted = slug === undefined ? null : await insertUnder(tx, parent, slug, details);
    if (inserted && !('reason' in inserted)) return inserted;
  }
  return refuse(ContentionError, {});
}

/** Inserts the row with this slug, or returns why the slug is not available. */
async function insertUnder(
  tx: Database,
  parent: Place | null,
  slug: string,
  { name, kind, domain }: Details,
): Promise<(Place & { slug: string }) | { reason: 'RESERVED' | 'TAKEN' }> {
  const reason = await slugProblem(tx, slug);
  if (reason) return { reason };
  const row = await maybeOne(
    tx,
    sql<Place & { slug: string }>`
      insert into organizations (parent_id, slug, name, kind, domain, domain_setup_status)
      values (${parent?.id ?? null}::uuid, ${slug}, ${name}, ${kind ?? 'CUSTOMER'}, ${domain ?? null}::text,
        case when ${domain ?? null}::text is null then 'NOT_CONFIGURED' else 'PENDING' end)
      on conflict (slug) do nothing returning id, lineage, slug`,
  );
  return row ?? { reason: 'TAKEN' };
}
