/** The mutation that records usage. */
import { builder } from '../../graphql/builder.ts';
import { atMostWithin, inputOf, lengthOf } from '../../graphql/cost.ts';
import { mutation } from '../../graphql/mutation.ts';
import { definePayload } from '../../graphql/payload.ts';
import {
  AHEAD_MAX_MS,
  EVENTS_MAX,
  recordUsage,
  type EventOutcome,
  type Rejection,
} from './record.ts';

const StatusRef = builder.enumType('UsageEventStatus', {
  description: 'The outcome of an event.',
  values: {
    ACCEPTED: { description: 'Recorded durably, and counted from the next read on.' },
    DUPLICATE: {
      description: 'The organization already has an event with this id; nothing was changed.',
    },
    REJECTED: { description: 'Not recorded; `reason` says why.' },
  } satisfies Record<EventOutcome['status'], object>,
});

const RejectionRef = builder.enumType('UsageEventRejection', {
  description: 'Why an event was not recorded.',
  values: {
    ORGANIZATION_NOT_FOUND: {
      description: 'The organization is missing, deleted, or outside the subtree.',
    },
    FORBIDDEN: {
      description: 'Recording usage for this organization requires the `usage:write` scope there.',
    },
    UNKNOWN_METRIC: { description: 'The catalog has no such metric (see `usageMetrics`).' },
    DERIVED_METRIC: { description: 'The metric is computed from others and cannot be recorded.' },
    INVALID_ID: {
      description: 'The id must have 1 to 255 characters, none of them control characters.',
    },
    INVALID_QUANTITY: { description: 'The quantity must not be negative.' },
    TOO_OLD: {
      description:
        'The event is older than the metric accepts, which is 366 days unless the catalog says otherwise.',
    },
    IN_THE_FUTURE: { description: `It lies more than ${AHEAD_MAX_MS / 60_000} minutes ahead.` },
  } satisfies Record<Rejection, object>,
});

const OutcomeRef = builder.objectRef<EventOutcome>('UsageEventOutcome').implement({
  description: 'The outcome of one event.',
  fields: (t) => ({
    id: t.exposeString('id', { description: "The event's id, as it was given." }),
    status: t.expose('status', { type: StatusRef, description: 'Its state.' }),
    reason: t.expose('reason', {
      type: RejectionRef,
      nullable: true,
      description: 'Why it was rejected; null otherwise.',
    }),
  }),
});

const UsageEventInputRef = builder.inputType('UsageEventInput', {
  description: 'One metered event.',
  fields: (t) => ({
    id: t.string({
      required: true,
      description: 'Makes the event unique within its organization, 1 to 255 characters.',
    }),
    organizationId: t.id({
      required: true,
      description:
        "The organization that the usage belongs to: the caller's organization, or one below it.",
    }),
    metric: t.string({
      required: true,
      description: 'Key of a metric that is recorded, e.g. voice_minutes.',
    }),
    quantity: t.field({ type: 'Decimal', required: true, description: 'How much, at least 0.' }),
    occurredAt: t.field({ type: 'DateTime', required: true, description: 'When it happened.' }),
  }),
});

const count = (outcomes: readonly EventOutcome[], status: EventOutcome['status']): number =>
  outcomes.filter((outcome) => outcome.status === status).length;

mutation('recordUsage', {
  description:
    `Records up to ${EVENTS_MAX.toLocaleString('en')} events, each with its own outcome. An event is known by its id within its organization: ` +
    'sent again it is a DUPLICATE and changes nothing, so a batch can be retried until it is answered and has no `idempotencyKey`. Requires the `usage:write` scope on the organization of each event.',
  input: builder.inputType('RecordUsageInput', {
    description: 'What to record.',
    fields: (t) => ({
      events: t.field({
        type: [UsageEventInputRef],
        required: true,
        description: `Between 1 and ${EVENTS_MAX.toLocaleString('en')} events.`,
      }),
    }),
  }),
  payload: definePayload<{ outcomes: EventOutcome[] }>('RecordUsagePayload', {
    description: 'The outcome of each event.',
    fields: (t) => ({
      acceptedCount: t.int({
        description: 'Events that were recorded now.',
        resolve: ({ outcomes }) => count(outcomes, 'ACCEPTED'),
      }),
      duplicateCount: t.int({
        description: 'Events that were recorded before.',
        resolve: ({ outcomes }) => count(outcomes, 'DUPLICATE'),
      }),
      results: t.field({
        type: [OutcomeRef],
        description: 'One for each event, in the order of the input.',
        extensions: atMostWithin(({ input }) => lengthOf(inputOf(input)['events'], 0, EVENTS_MAX)),
        resolve: ({ outcomes }) => outcomes,
      }),
    }),
  }),
  errors: [],
  run: ({ events }, request) => recordUsage(request, events),
});
