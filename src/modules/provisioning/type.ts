/** Progress of an organization's setup. */
import { inside } from '../../graphql/guards.ts';
import { inSql, rowsInSql, sameRow } from '../../compiler/forms.ts';
import { builder } from '../../graphql/builder.ts';
import { atMost } from '../../graphql/cost.ts';
import {
  STEP_NAMES,
  provisioningSteps,
  type StepRow,
  provisioningStatus,
  stepsInOrder,
} from './queries.ts';
import { OrganizationRef } from '../organization/refs.ts';

const ProvisioningStepNameRef = builder.enumType('ProvisioningStepName', {
  description: 'The steps of setting up a new organization.',
  values: {
    IDENTITY: { description: 'A record at the identity provider.' },
    BILLING: { description: 'A billing customer and a subscription to the free plan.' },
    TELEPHONY: { description: 'A telephony trunk and the concurrency counter.' },
    PHONE_NUMBER: { description: 'A phone number.' },
    KNOWLEDGE_BASE: { description: 'A knowledge base.' },
  },
});
const ProvisioningStepStatusRef = builder.enumType('ProvisioningStepStatus', {
  description: 'State of one step.',
  values: {
    PENDING: { description: 'Waiting for its turn or its next attempt.' },
    RUNNING: { description: 'Being done.' },
    DONE: { description: 'Done.' },
    FAILED: { description: 'Given up; `retryProvisioning` starts it again.' },
  },
});
const ProvisioningStatusRef = builder.enumType('ProvisioningStatus', {
  description: 'State of all steps together.',
  values: {
    PENDING: { description: 'Under way.' },
    READY: { description: 'Every step is done.' },
    FAILED: { description: 'A step failed.' },
  } as const,
});

const ProvisioningStepRef = builder.objectRef<StepRow>('ProvisioningStep').implement({
  description: 'One step of setting up an organization.',
  fields: (t) => ({
    name: t.expose('name', { type: ProvisioningStepNameRef, description: 'Which step.' }),
    status: t.expose('status', { type: ProvisioningStepStatusRef, description: 'Its state.' }),
    attempts: t.exposeInt('attempts', { description: 'How often it was tried.' }),
    error: t.exposeString('error', { nullable: true, description: 'Why the last attempt failed.' }),
    finishedAt: t.expose('finished_at', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was finished or given up.',
    }),
    resourceId: t.exposeString('resource_id', {
      nullable: true,
      description: 'What it created, as the provider names it.',
    }),
  }),
});

const ProvisioningRef = builder.objectRef<StepRow[]>('Provisioning').implement({
  description: "Progress of an organization's setup.",
  fields: (t) => ({
    status: t.field({
      type: ProvisioningStatusRef,
      description: 'FAILED when a step has failed, READY when all are done, otherwise PENDING.',
      resolve(steps) {
        if (steps.some((step) => step.status === 'FAILED')) return 'FAILED';
        return steps.length === STEP_NAMES.length && steps.every((step) => step.status === 'DONE')
          ? 'READY'
          : 'PENDING';
      },
      extensions: inSql(({ viewer }) => provisioningStatus(viewer)),
    }),
    steps: t.field({
      type: [ProvisioningStepRef],
      description: 'The steps started or planned so far, in order.',
      extensions: {
        ...atMost(STEP_NAMES.length),
        ...rowsInSql(({ viewer }) => stepsInOrder(viewer)),
      },
      resolve: (steps) =>
        steps.toSorted((a, b) => STEP_NAMES.indexOf(a.name) - STEP_NAMES.indexOf(b.name)),
    }),
  }),
});

builder.objectField(OrganizationRef, 'provisioning', (t) =>
  t.field({
    type: ProvisioningRef,
    nullable: true,
    description: "Progress of the organization's setup.",
    authScopes: inside,
    resolve: ({ id }, _args, { loaders }) => loaders.load(provisioningSteps, null, id),
    extensions: sameRow({ id: 'id' }),
  }),
);
