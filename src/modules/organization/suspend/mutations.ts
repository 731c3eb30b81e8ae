/** Mutations that suspend organizations. */
import { IdempotencyConflictError } from '../../../command/errors.ts';
import { builder } from '../../../graphql/builder.ts';
import { expectedVersion, idempotencyKey, mutation } from '../../../graphql/mutation.ts';
import { decodeId } from '../../../values/ids.ts';
import { VersionConflictError } from '../errors.ts';
import { organizationPayload } from '../payload.ts';
import { resumeOrganization, suspendOrganization } from './commands.ts';

const id = "The organization, which must be below the caller's organization.";

mutation('suspendOrganization', {
  description:
    "Suspends an organization below the caller's organization: its own credentials, and those of everything below it, are refused from the " +
    'next request on; callers above can still read and change it. Requires the `child_organizations:manage` scope.',
  input: builder.inputType('SuspendOrganizationInput', {
    description: 'Which organization to suspend.',
    fields: (t) => ({
      id: t.id({ required: true, description: id }),
      reason: t.string({ description: 'Why, for the audit log; 1 to 500 characters.' }),
      expectedVersion: t.int({ description: expectedVersion }),
      idempotencyKey: t.string({ description: idempotencyKey }),
    }),
  }),
  payload: organizationPayload('SuspendOrganizationPayload', 'The organization was suspended.'),
  errors: [VersionConflictError, IdempotencyConflictError],
  run: (input, request) =>
    suspendOrganization(request, { ...input, id: decodeId('Organization', input.id, 'id') }),
});

mutation('resumeOrganization', {
  description:
    'Ends the suspension of an organization. Organizations below it work again unless they, or an organization in between, are suspended themselves. ' +
    'Requires the `child_organizations:manage` scope.',
  input: builder.inputType('ResumeOrganizationInput', {
    description: 'Which organization to resume.',
    fields: (t) => ({
      id: t.id({ required: true, description: id }),
      expectedVersion: t.int({ description: expectedVersion }),
      idempotencyKey: t.string({ description: idempotencyKey }),
    }),
  }),
  payload: organizationPayload('ResumeOrganizationPayload', 'The organization was resumed.'),
  errors: [VersionConflictError, IdempotencyConflictError],
  run: (input, request) =>
    resumeOrganization(request, { ...input, id: decodeId('Organization', input.id, 'id') }),
});
