/** Samples of the mutations of usage. */
import { ofGround, unique } from '../samples/planting.ts';
import type { Samples } from '../samples/sample.ts';

const event = (id: string, organizationId: string) => ({
  id,
  organizationId,
  metric: 'voice_calls',
  quantity: '1',
  occurredAt: new Date().toISOString(),
});

export const samples: Samples = {
  recordUsage: {
    // Each event has an outcome of its own, so nobody who acts in an organization is refused as a whole.
    right: 'everybody',
    // Metered events are a record of their own.
    isLogged: false,
    input: (ground) => ({ events: [event(unique(), ofGround(ground).organizationId)] }),
    attempts({ target, fixture, there, may }) {
      const rejected = `rejected: ${there ? 'FORBIDDEN' : 'ORGANIZATION_NOT_FOUND'}`;
      return [
        {
          input: { events: [event(fixture.unique(), target.id)] },
          answer: may('usage:write') ? 'RecordUsagePayload' : rejected,
        },
      ];
    },
  },
};
