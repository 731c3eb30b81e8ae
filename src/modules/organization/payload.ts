/** The payload of mutations that answer with an organization. */
import { definePayload, rowField } from '../../graphql/payload.ts';
import { organizationById } from './queries.ts';
import { OrganizationRef } from './refs.ts';

/** Defines a payload with the organization as it is after the change. */
export function organizationPayload(name: string, description: string) {
  return definePayload<{ organizationId: string }>(name, {
    description,
    rows: {
      organization: rowField({
        type: OrganizationRef,
        batch: organizationById,
        id: ({ organizationId }) => organizationId,
        description: 'The organization as it is now.',
      }),
    },
  });
}
