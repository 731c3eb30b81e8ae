/** Stripe, for the step BILLING: a customer and a subscription to the price of the free plan. */
import { Stripe } from 'stripe';
import { encodeId } from '../../values/ids.ts';
import { StepDelayed, StepRefused, type Provider } from './provider.ts';

export interface StripeSettings {
  apiKey: string;
  /** The price of the free plan. */
  priceId: string;
  /** The address of the API, if it is not Stripe's own. */
  apiUrl: string | undefined;
  timeoutMs: number;
}

/**
 * Creates the provider. The customer's id is stored as soon as it exists, so that no attempt
 * creates a second one.
 */
export function stripeProvider({ apiKey, priceId, apiUrl, timeoutMs }: StripeSettings): Provider {
  const stripe = new Stripe(apiKey, {
    ...addressOf(apiUrl),
    timeout: timeoutMs,
    maxNetworkRetries: 0,
    telemetry: false,
  });
  return async ({ organization, idempotencyKey, billingEmail, resourceId, keep }) => {
    const metadata = { organization: encodeId('Organization', organization.id) };
    try {
      const customer =
        resourceId ??
        (
          await stripe.customers.create(
            {
              name: organization.name,
              ...(billingEmail === null ? {} : { email: billingEmail }),
              metadata,
            },
            { idempotencyKey: `${idempotencyKey}-customer` },
          )
        ).id;
      if (resourceId === null) await keep(customer);
      const subscription = await stripe.subscriptions.create(
        { customer, items: [{ price: priceId }], metadata },
        { idempotencyKey: `${idempotencyKey}-subscription` },
      );
      return {
        resourceId: customer,
        billing: {
          customerId: customer,
          subscriptionId: subscription.id,
          status: subscription.status,
        },
      };
    } catch (error) {
      throw explained(error);
    }
  };
}

function addressOf(apiUrl: string | undefined): Stripe.StripeConfig {
  if (apiUrl === undefined) return {};
  const { protocol, hostname, port } = new URL(apiUrl);
  const isPlain = protocol === 'http:';
  return {
    host: hostname,
    protocol: isPlain ? 'http' : 'https',
    port: port === '' ? (isPlain ? 80 : 443) : port,
  };
}

/**
 * Rewords Stripe's errors, because its own messages may contain details that not everybody who sees
 * the organization may see.
 */
function explained(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error;
  const what = error.code ?? error.type;
  if (
    error instanceof Stripe.errors.StripeInvalidRequestError ||
    error instanceof Stripe.errors.StripeCardError
  ) {
    return new StepRefused(`Stripe refused the step: ${what}.`, { cause: error });
  }
  return new StepDelayed(`Stripe could not do the step: ${what}.`, { cause: error });
}
