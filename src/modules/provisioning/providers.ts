/** Selects the provider of each step. */
import type { BillingPortal } from '../../command/settings.ts';
import { databaseNow } from '../../database/clock.ts';
import type { Database } from '../../database/connect.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { StepName } from './queries.ts';
import { localProvider } from './local.ts';
import type { PlanProvider, Provider, Providers } from './provider.ts';
import { stripePlans, stripePortal, stripeProvider, type StripeSettings } from './stripe.ts';
import { webhookPlans, webhookProvider, type WebhookSettings } from './webhook.ts';

/** The provider of each step, and the settings that the selected ones need. */
export interface ProvisioningSettings {
  steps: Record<StepName, 'local' | 'webhook' | 'stripe'>;
  webhook: WebhookSettings | undefined;
  stripe: StripeSettings | undefined;
}

/** Settings that run all steps locally. */
export const LOCAL_PROVISIONING: ProvisioningSettings = {
  steps: {
    IDENTITY: 'local',
    BILLING: 'local',
    TELEPHONY: 'local',
    PHONE_NUMBER: 'local',
    KNOWLEDGE_BASE: 'local',
  },
  webhook: undefined,
  stripe: undefined,
};

/** The portal of the provider that does the billing; undefined if it has none. */
export function billingPortalOf(
  { steps, stripe }: ProvisioningSettings,
  log: Logger,
): BillingPortal | undefined {
  if (steps.BILLING !== 'stripe' || !stripe) return undefined;
  const open = stripePortal(stripe);
  return (request) =>
    open(request).catch((error: unknown) => {
      log.warn({ err: error }, 'the portal of the billing provider could not be opened');
      throw error;
    });
}

/** Creates the providers that the settings select. */
export function makeProviders(
  db: Database,
  { steps, webhook, stripe }: ProvisioningSettings,
): Providers {
  const providers: Record<string, Provider | undefined> = {
    local: localProvider(db),
    webhook: webhook && webhookProvider(webhook, () => databaseNow(db)),
    stripe: stripe && stripeProvider(stripe),
  };
  const plans: Record<string, PlanProvider | undefined> = {
    // Nobody else has to know.
    local: () => Promise.resolve({}),
    webhook: webhook && webhookPlans(webhook, () => databaseNow(db)),
    stripe: stripe && stripePlans(stripe),
  };
  const of = (step: StepName): Provider => {
    const provider = providers[steps[step]];
    if (!provider) throw new RangeError(`the provider of ${step} is not configured`);
    return provider;
  };
  const changePlan = plans[steps.BILLING];
  if (!changePlan) throw new RangeError('the provider of BILLING is not configured');
  return {
    changePlan,
    IDENTITY: of('IDENTITY'),
    BILLING: of('BILLING'),
    TELEPHONY: of('TELEPHONY'),
    PHONE_NUMBER: of('PHONE_NUMBER'),
    KNOWLEDGE_BASE: of('KNOWLEDGE_BASE'),
  };
}
