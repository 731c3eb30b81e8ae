/** Mutations of organizations. */
import '../failure-graph.ts';
import { builder } from '../builder.ts';
import { orNotFound } from '../errors.ts';
import { decodeId } from '../ids.ts';
import { mutation } from '../mutation.ts';
import { resumeOrganization, suspendOrganization } from './actions.ts';
import { OrganizationRef } from './refs.ts';
import { organizationById } from './store.ts';

const id = 'The organization; one below that of the request.';

function organizationPayload(name: string, description: string) {
  return builder.objectRef<{ organizationId: string }>(name).implement({
    description,
    fields: (t) => ({
      organization: t.field({
        type: OrganizationRef,
        description: 'The organization as it is now.',
        resolve: async ({ organizationId }, _args, { loaders }) => orNotFound(await loaders.load(organizationById, null, organizationId)),
      }),
    }),
  });
}

mutation('suspendOrganization', {
  description:
    'Suspends an organization below that of the request: its own credentials, and those of everything below it, are refused from the ' +
    'next request on; those above still read and change it. Takes `child_organizations:manage`.',
  input: builder.inputType('SuspendOrganizationInput', {
    description: 'Which organization to suspend.',
    fields: (t) => ({
      id: t.id({ required: true, description: id }),
      reason: t.string({ description: 'Why, for the audit log; 1 to 500 characters.' }),
    }),
  }),
  payload: organizationPayload('SuspendOrganizationPayload', 'The organization is suspended.'),
  failures: [],
  run: (input, context) => suspendOrganization(context, { ...input, id: decodeId('Organization', input.id, 'id') }),
});

mutation('resumeOrganization', {
  description:
    'Ends the suspension of an organization. What lies below it works again unless it, or something between, is suspended itself. ' +
    'Takes `child_organizations:manage`.',
  input: builder.inputType('ResumeOrganizationInput', {
    description: 'Which organization to resume.',
    fields: (t) => ({ id: t.id({ required: true, description: id }) }),
  }),
  payload: organizationPayload('ResumeOrganizationPayload', 'The organization is in use again.'),
  failures: [],
  run: (input, context) => resumeOrganization(context, { id: decodeId('Organization', input.id, 'id') }),
});
