/** Samples of the mutations of provisioning. */
import { ofGround } from '../samples/planting.ts';
import type { Samples } from '../samples/sample.ts';

export const samples: Samples = {
  retryProvisioning: {
    right: { scope: 'organizations:manage' },
    input: ofGround,
    // A key counts for one organization, and there is nothing else to say.
    repeats: { shows: 'organization { id }' },
    attempts: ({ inTarget }) => [{ input: inTarget, answer: 'RetryProvisioningPayload' }],
  },
};
