/** Creates an organization and everything that belongs to it, in one transaction. */
import { sql } from 'kysely';
import { defineAuditParts } from '../../../command/audit-parts.ts';
import {
  runCommand,
  type Change,
  type UserChange,
  type CommandRequest,
} from '../../../command/run.ts';
import { idempotencyKeyOf } from '../../../command/idempotency.ts';
import type { Principal } from '../../../authorization/principal.ts';
import { MANAGE_CHILDREN } from '../../../authorization/scopes.ts';
import type { Database } from '../../../database/connect.ts';
import { many } from '../../../database/rows.ts';
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
import { requireStorable } from '../../../values/text.ts';
import { requireDetails, type Details, type DetailsInput } from '../profile/input.ts';
import { ofWritten } from '../profile/writes.ts';
import { isSlug, slugOfName } from '../slug/queries.ts';
import { ContentionError } from '../../../command/errors.ts';
import { EmailNotVerifiedError } from '../../invitation/errors.ts';
import { DepthLimitError, ExternalAccountTakenError, SlugTakenError } from '../errors.ts';
import { insertOrganization, type Inserted, type NewOrganization, type Place } from './writes.ts';

defineAuditParts('Organization', {
  slug: 'everybody',
  parentId: 'whoever sees the organization',
  admin: ['members:read'],
});

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
  given: Details,
  invitees: readonly Invitee[],
  settings: CommandRequest['settings'],
): Promise<Created> {
  const { principal } = acting;
  const { user } = principal;
  const details = { ...given, billingEmail: given.billingEmail ?? user?.verifiedEmail ?? null };
  const organization = await insertWithSlug(acting.tx, wantedSlug, {
    ...details,
    parent,
    adminId: user?.id ?? null,
  });
  const { id, lineage, slug, stored } = organization;
  requireOwnAccounts(details, stored.externalAccounts ?? {});
  const record: Change['record'] = (entry) => acting.record({ ...entry, organizationId: id });
  record({
    target: { type: 'Organization', id },
    before: null,
    after: {
      slug,
      ...ofWritten(stored, details),
      ...(parent && { parentId: encodeId('Organization', parent.id) }),
      ...(user && { admin: encodeId('User', user.id) }),
    },
  });
  // In a new tree the person invites as its admin, since they do not act from an organization
  // above.
  const own = { id, lineage, scopes: new Set(organization.admin_scopes) };
  const inviter: Principal = parent ? principal : { ...principal, organization: own };
  if (!parent) acting.showIn(own);
  const outcomes =
    invitees.length > 0
      ? await invite({ ...acting, principal: inviter, organization, record }, invitees, settings)
      : [];
  return {
    organizationId: id,
    membershipId: organization.membership_id,
    outcomes,
    ignoredRoles: [...new Set(outcomes.flatMap((outcome) => outcome.ignoredRoles))],
  };
}

/** How many slugs are tried for a name. With 36^6 suffixes, two are hardly ever the same. */
const SLUGS_TRIED = 8;

/**
 * Inserts the organization under its slug. A slug that the caller chose is refused if it is not
 * available; one derived from the name gets a suffix, so that any number of organizations with the
 * same name can be created at once.
 */
async function insertWithSlug(
  tx: Database,
  wanted: string | null | undefined,
  organization: Omit<NewOrganization, 'slug'>,
): Promise<Inserted> {
  for (let tried = 0; tried < SLUGS_TRIED; tried++) {
    const slug = wanted ?? slugOfName(organization.name ?? '', tried > 0);
    if (slug === undefined) continue;
    const inserted = await insertOrganization(tx, { ...organization, slug });
    if (!('reason' in inserted)) return inserted;
    const { reason, limit } = inserted;
    if (reason === 'TOO_DEEP') refuse(DepthLimitError, { limit });
    if (wanted != null) refuse(SlugTakenError, { slug, reason });
  }
  return refuse(ContentionError, {});
}

/** Refuses accounts in other systems that another organization has, which were not stored. */
function requireOwnAccounts(
  { externalAccounts = [] }: Details,
  stored: Record<string, string>,
): void {
  const lost = externalAccounts.find(({ system }) => !Object.hasOwn(stored, system));
  if (lost) refuse(ExternalAccountTakenError, { ...lost });
}
