/** Mutations of an organization's contacts. */
import { IdempotencyConflictError } from '../../command/errors.ts';
import { builder } from '../../graphql/builder.ts';
import { idempotencyKey, mutation } from '../../graphql/mutation.ts';
import { definePayload, rowField } from '../../graphql/payload.ts';
import { userErrorFields } from '../../graphql/user-error.ts';
import { decodeId, encodeId } from '../../values/ids.ts';
import { CONTACTS_MAX, createContact, deleteContact, updateContact } from './commands.ts';
import { ContactExistsError } from './errors.ts';
import { contactById } from './queries.ts';
import { ContactKindRef, ContactRef } from './type.ts';

userErrorFields(ContactExistsError, (t) => ({
  contactId: t.exposeID('contactId', { description: 'The other contact.' }),
}));

function contactPayload(name: string, description: string) {
  return definePayload<{ contactId: string }>(name, {
    description,
    rows: {
      contact: rowField({
        type: ContactRef,
        batch: contactById,
        id: ({ contactId }) => contactId,
        description: 'The contact as it is now.',
      }),
    },
  });
}

const name =
  'Name of the person or the team: 1 to 200 characters, at least one of them visible, and not a link.';
const email = 'Where to write to, at most 255 characters.';

mutation('createContact', {
  description:
    `Adds a contact to an organization, at most ${CONTACTS_MAX}. Nobody is invited or written to. Nothing exists yet that could change ` +
    'meanwhile, so it has no `expectedVersion`. Requires the `organizations:manage` scope.',
  input: builder.inputType('CreateContactInput', {
    description: 'The new contact.',
    fields: (t) => ({
      organizationId: t.id({
        required: true,
        description: "The caller's organization, or one below it.",
      }),
      kind: t.field({
        type: ContactKindRef,
        defaultValue: 'GENERAL',
        description: 'What the contact is for.',
      }),
      name: t.string({ required: true, description: name }),
      email: t.field({ type: 'EmailAddress', required: true, description: email }),
      idempotencyKey: t.string({ description: idempotencyKey }),
    }),
  }),
  payload: contactPayload('CreateContactPayload', 'The contact was added.'),
  errors: [ContactExistsError, IdempotencyConflictError],
  run: ({ kind, ...input }, request) =>
    createContact(request, {
      ...input,
      kind: kind ?? 'GENERAL',
      organizationId: decodeId('Organization', input.organizationId, 'organizationId'),
    }),
});

mutation('updateContact', {
  description:
    'Changes a contact: absent fields stay as they are. A repeat leaves the contact in the same state, so it has no `idempotencyKey`; ' +
    'contacts have no version. Requires the `organizations:manage` scope.',
  input: builder.inputType('UpdateContactInput', {
    description: 'What to change.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The contact.' }),
      kind: t.field({
        type: ContactKindRef,
        description: 'What the contact is for. Cannot be cleared.',
      }),
      name: t.string({ description: `${name} Cannot be cleared.` }),
      email: t.field({ type: 'EmailAddress', description: `${email} Cannot be cleared.` }),
    }),
  }),
  payload: contactPayload('UpdateContactPayload', 'The contact was changed.'),
  errors: [ContactExistsError],
  run: (input, request) =>
    updateContact(request, { ...input, id: decodeId('Contact', input.id, 'id') }),
});

mutation('deleteContact', {
  description:
    'Removes a contact. A repeat finds no such contact, so it has no `idempotencyKey`. Requires the `organizations:manage` scope.',
  input: builder.inputType('DeleteContactInput', {
    description: 'Which contact to remove.',
    fields: (t) => ({ id: t.id({ required: true, description: 'The contact.' }) }),
  }),
  payload: definePayload<{ deletedContactId: string }>('DeleteContactPayload', {
    description: 'The contact was removed.',
    fields: (t) => ({
      deletedContactId: t.id({
        description: 'The contact that is gone.',
        resolve: ({ deletedContactId }) => encodeId('Contact', deletedContactId),
      }),
    }),
  }),
  errors: [],
  run: (input, request) => deleteContact(request, { id: decodeId('Contact', input.id, 'id') }),
});
