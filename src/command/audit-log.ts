/** Writes the audit log. */
import { sql, type RawBuilder } from 'kysely';
import type { ActorKind, Principal } from '../authorization/principal.ts';
import type { Database } from '../database/connect.ts';
import { unauthenticated } from '../errors.ts';
import { encodeId, type IdType } from '../values/ids.ts';

/** One change that was made or refused. */
export interface AuditEntry {
  /**
   * The organization acted on; null for what people do about themselves without acting in an
   * organization.
   */
  organizationId: string | null;
  /** What was changed; `id` is its UUID. */
  target: { type: IdType; id: string };
  /** The state before; null if it was created. Contains no secrets. */
  before: object | null;
  /** The state after; null if it was removed. Contains no secrets. */
  after: object | null;
  /** The error code, if the change was refused. */
  refusal?: string;
}

/**
 * The statements that append events to the audit log, in the transaction of the change they
 * describe. They are the last writes of that transaction, since their order must not be known
 * before everything that the change waits for (docs/decisions/0037-deferred-seals.md).
 */
export function auditEvents(
  { principal, requestId }: { principal: Principal; requestId: string },
  action: string,
  entries: readonly AuditEntry[],
): RawBuilder<unknown>[] {
  const { credential, user, organization } = principal;
  if (!credential) throw unauthenticated();
  const apiKeyName = credential.kind === 'API_KEY' ? credential.name : null;
  const actor: Actor = {
    kind: credential.kind,
    userId: user?.id ?? null,
    apiKeyName,
    actingOrganizationId: organization?.id ?? null,
  };
  const ofOrganizations = entries.filter(isInOrganization);
  const alone = entries.filter((entry) => entry.organizationId === null);
  return [
    ...(ofOrganizations.length > 0 ? [events(actor, requestId, action, ofOrganizations)] : []),
    ...(alone.length > 0
      ? [
          sql`
    insert into account_events (action, actor_kind, actor_user_id, request_id, target_type, target_id, before, after, refusal)
    select ${action}, ${credential.kind}, ${user?.id ?? null}::uuid, ${requestId}, entry.*
    from ${rowsOf(alone)} as entry`,
        ]
      : []),
  ];
}

/**
 * Appends an event for what an operator does at the command line, in the transaction of that
 * change. `command` takes the place of the request id.
 */
export async function appendAsOperator(
  tx: Database,
  command: string,
  action: string,
  entry: OrganizationEntry,
): Promise<void> {
  const operator: Actor = {
    kind: 'OPERATOR',
    userId: null,
    apiKeyName: null,
    actingOrganizationId: null,
  };
  await events(operator, command, action, [entry]).execute(tx);
}

/** The actor, as the audit log stores it. */
interface Actor {
  kind: ActorKind;
  userId: string | null;
  apiKeyName: string | null;
  actingOrganizationId: string | null;
}

type OrganizationEntry = AuditEntry & { organizationId: string };

function isInOrganization(entry: AuditEntry): entry is OrganizationEntry {
  return entry.organizationId !== null;
}

function events(
  { kind, userId, apiKeyName, actingOrganizationId }: Actor,
  requestId: string,
  action: string,
  entries: readonly OrganizationEntry[],
): RawBuilder<unknown> {
  return sql`
    insert into audit_events
      (action, actor_kind, actor_user_id, actor_api_key_name, acting_organization_id, request_id,
       target_type, target_id, before, after, refusal, organization_id)
    select ${action}, ${kind}, ${userId}::uuid, ${apiKeyName}, ${actingOrganizationId}::uuid,
      ${requestId}, entry.*
    from ${rowsOf(entries, [sql`${entries.map((entry) => entry.organizationId)}::uuid[]`])} as entry`;
}

/** The target, states and refusal of the entries as rows, followed by the columns in `more`. */
function rowsOf(
  entries: readonly AuditEntry[],
  more: readonly RawBuilder<unknown>[] = [],
): RawBuilder<unknown> {
  const json = (value: object | null): string | null => value && JSON.stringify(value);
  const columns = [
    sql`${entries.map((entry) => entry.target.type)}::text[]`,
    sql`${entries.map((entry) => encodeId(entry.target.type, entry.target.id))}::text[]`,
    sql`${entries.map((entry) => json(entry.before))}::jsonb[]`,
    sql`${entries.map((entry) => json(entry.after))}::jsonb[]`,
    sql`${entries.map((entry) => entry.refusal ?? null)}::text[]`,
    ...more,
  ];
  return sql`unnest(${sql.join(columns)})`;
}
