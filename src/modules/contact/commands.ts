/** Commands on an organization's contacts. They are serialized by the organization's lock. */
import { sql } from 'kysely';
import { defineAuditParts } from '../../command/audit-parts.ts';
import { organizationOfRow } from '../../command/find-organization.ts';
import { idempotencyKeyOf } from '../../command/idempotency.ts';
import { runCommand, type CommandRequest } from '../../command/run.ts';
import { refuse } from '../../command/user-error.ts';
import type { Database } from '../../database/connect.ts';
import { maybeOne, one, type Columns } from '../../database/rows.ts';
import { badInput, parseAll, limitExceeded, notFound } from '../../errors.ts';
import { requireEmail } from '../../values/email.ts';
import { encodeId } from '../../values/ids.ts';
import { requireName } from '../../values/text.ts';
import { ContactExistsError } from './errors.ts';
import type { ContactKind } from './queries.ts';

const NAME_LENGTH_MAX = 200;
/** The maximum number of contacts of an organization. */
export const CONTACTS_MAX = 50;

const visibility = ['organizations:manage'] as const;
defineAuditParts('Contact', { kind: visibility, name: visibility, email: visibility });

type Contact = Columns<'contacts', 'kind' | 'name' | 'email'>;

interface ContactInput {
  organizationId: string;
  kind: ContactKind;
  name: string;
  email: string;
  idempotencyKey?: string | null | undefined;
}

/** Adds a contact to an organization. */
export function createContact(request: CommandRequest, input: ContactInput) {
  const { organizationId, kind } = input;
  const [name, email] = parseAll(
    () => requireName(input.name, 'name', NAME_LENGTH_MAX),
    () => requireEmail(input.email, 'email').canonical,
  );
  const attempt = {
    action: 'createContact',
    target: { type: 'Organization', id: organizationId },
    on: organizationId,
    scope: 'organizations:manage',
    idempotency: idempotencyKeyOf(input),
  } as const;
  return runCommand(request, attempt, async ({ tx, organization, record }) => {
    const contact = { kind, name, email };
    await requireNew(tx, organization.id, contact);
    const { count } = await one(
      tx,
      sql<{
        count: number;
      }>`select count(*)::int as count from contacts where organization_id = ${organization.id}::uuid`,
    );
    if (count >= CONTACTS_MAX) {
      throw limitExceeded(
        'organizationId',
        `names an organization that already has ${CONTACTS_MAX} contacts, the maximum`,
      );
    }
    const values = { organization_id: organization.id, ...contact };
    const { id } = await one(tx, tx.insertInto('contacts').values(values).returning('id'));
    record({ target: { type: 'Contact', id }, before: null, after: contact });
    return { contactId: id };
  });
}

/** Refuses a second contact of the same kind and address. The organization's lock keeps it true. */
async function requireNew(
  tx: Database,
  organizationId: string,
  { kind, email }: Contact,
  except: string | null = null,
): Promise<void> {
  const other = await maybeOne(
    tx,
    sql<{ id: string }>`
      select id from contacts
      where organization_id = ${organizationId}::uuid and kind = ${kind} and email = ${email} and id is distinct from ${except}::uuid`,
  );
  if (other) refuse(ContactExistsError, { contactId: encodeId('Contact', other.id) });
}

const changing = (action: string, id: string) =>
  ({
    action,
    target: { type: 'Contact', id },
    on: organizationOfRow('contacts', id, 'organizations:manage'),
    scope: 'organizations:manage',
  }) as const;

/** Reads a contact under the organization's lock. It may have been deleted before that was taken. */
async function currentContact(tx: Database, id: string): Promise<Contact> {
  const contact = await maybeOne(
    tx,
    tx.selectFrom('contacts').select(['kind', 'name', 'email']).where('id', '=', id),
  );
  if (!contact) throw notFound();
  return contact;
}

interface ContactPatch {
  id: string;
  kind?: ContactKind | null | undefined;
  name?: string | null | undefined;
  email?: string | null | undefined;
}

/** Changes a contact. Absent fields stay as they are. */
export function updateContact(request: CommandRequest, { id, ...patch }: ContactPatch) {
  const [kind, name, email] = parseAll(
    () => required(patch.kind, 'kind', (value) => value),
    () => required(patch.name, 'name', (value) => requireName(value, 'name', NAME_LENGTH_MAX)),
    () => required(patch.email, 'email', (value) => requireEmail(value, 'email').canonical),
  );
  return runCommand(
    request,
    changing('updateContact', id),
    async ({ tx, organization, record }) => {
      const before = await currentContact(tx, id);
      const after = {
        kind: kind ?? before.kind,
        name: name ?? before.name,
        email: email ?? before.email,
      };
      await requireNew(tx, organization.id, after, id);
      const changed = tx.updateTable('contacts').set({ ...after, updated_at: sql<Date>`now()` });
      await changed.where('id', '=', id).execute();
      record({ target: { type: 'Contact', id }, before, after });
      return { contactId: id };
    },
  );
}

/** Checks a field that may be absent but not null. */
function required<From, To>(
  given: From | null | undefined,
  argument: string,
  check: (value: From) => To,
): To | undefined {
  if (given === null) throw badInput(argument, 'cannot be cleared');
  return given === undefined ? undefined : check(given);
}

/** Deletes a contact. */
export function deleteContact(request: CommandRequest, { id }: { id: string }) {
  return runCommand(request, changing('deleteContact', id), async ({ tx, record }) => {
    const before = await currentContact(tx, id);
    await tx.deleteFrom('contacts').where('id', '=', id).execute();
    record({ target: { type: 'Contact', id }, before, after: null });
    return { deletedContactId: id };
  });
}
