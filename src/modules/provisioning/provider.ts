/** What does a step of provisioning somewhere: the one small interface that providers have. */
import type { StepName } from './queries.ts';

/** What a provider is asked for. */
export interface StepRequest {
  step: StepName;
  organization: {
    /** UUID. */
    id: string;
    slug: string;
    name: string;
    kind: string;
  };
  /** The same for every attempt that means the same effect, so that a provider can have it once. */
  idempotencyKey: string;
  billingEmail: string | null;
  /** What an earlier attempt has made already. */
  resourceId: string | null;
  /** Keeps what was made so far, for the next attempt should this one not come to its end. */
  keep(resourceId: string): Promise<void>;
}

/** What came of a step. */
export interface StepResult {
  /** What was made, as the provider names it. */
  resourceId: string;
  /** Of BILLING; the free plan, active, where absent. */
  billing?: {
    plan?: string | undefined;
    status?: string | undefined;
    customerId?: string | undefined;
    subscriptionId?: string | undefined;
  };
}

/** Does a step. Throws a `StepRefused` when trying again is of no use, and anything else to be tried again. */
export type Provider = (request: StepRequest) => Promise<StepResult>;

/** A provider for each step. */
export type Providers = Record<StepName, Provider>;

/** The step cannot be done as it was asked for; the message is shown on the organization. */
export class StepRefused extends Error {}

/** The step could not be done this time; the message is shown on the organization. */
export class StepDelayed extends Error {}
