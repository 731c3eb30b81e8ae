/** The interface of the providers that run the steps of provisioning. */
import type { StepName } from './queries.ts';

/** The request to a provider. */
export interface StepRequest {
  step: StepName;
  organization: {
    /** UUID. */
    id: string;
    slug: string;
    name: string;
    kind: string;
  };
  /**
   * The same for every attempt with the same intended effect, so that a provider can apply it once.
   */
  idempotencyKey: string;
  billingEmail: string | null;
  /** The resource that an earlier attempt has already created. */
  resourceId: string | null;
  /** Stores what was created so far, for the next attempt if this one does not finish. */
  keep(resourceId: string): Promise<void>;
}

/** The result of a step. */
export interface StepResult {
  /** The resource that was created, as the provider names it. */
  resourceId: string;
  /** For the step BILLING; by default the free plan, active. */
  billing?: {
    plan?: string | undefined;
    status?: string | undefined;
    customerId?: string | undefined;
    subscriptionId?: string | undefined;
  };
}

/**
 * Runs a step. Throws a `StepRefused` if a retry is pointless, and any other error to be retried.
 */
export type Provider = (request: StepRequest) => Promise<StepResult>;

/** The request to change the plan of an organization. */
export interface PlanChangeRequest extends Pick<StepRequest, 'organization' | 'idempotencyKey'> {
  plan: {
    key: string;
    /** The price as the provider names it; null if the catalog names none. */
    priceId: string | null;
  };
  customerId: string | null;
  subscriptionId: string | null;
}

/** The result of a change of plan. What is absent stays as it is. */
export interface PlanChangeResult {
  status?: string | undefined;
  subscriptionId?: string | undefined;
}

/** Changes the plan of an organization. Throws like a `Provider`. */
export type PlanProvider = (request: PlanChangeRequest) => Promise<PlanChangeResult>;

/** A provider for each step; that of BILLING also changes plans. */
export interface Providers extends Record<StepName, Provider> {
  changePlan: PlanProvider;
}

/** The step cannot be done as requested. The message is shown on the organization. */
export class StepRefused extends Error {}

/** The step could not be done this time. The message is shown on the organization. */
export class StepDelayed extends Error {}
