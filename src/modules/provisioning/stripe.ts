/**
 * Stripe, for the step BILLING: a customer and a subscription to the price of the free plan, and for
 * changes of plan: another price of the subscription. Its portal is for payment methods.
 */
import type { Stripe } from 'stripe';
import type { BillingPortal } from '../../command/settings.ts';
import { encodeId } from '../../values/ids.ts';
import { StepDelayed, StepRefused, type PlanProvider, type Provider } from './provider.ts';

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
export function stripeProvider(settings: StripeSettings): Provider {
  const { priceId } = settings;
  const client = clientOf(settings);
  return async ({ organization, idempotencyKey, billingEmail, resourceId, keep }) => {
    const metadata = { organization: encodeId('Organization', organization.id) };
    const { stripe, errors } = await client();
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
      throw explained(error, 'step', errors);
    }
  };
}

/** The plan whose price is a setting, unless the catalog names another one. */
const FREE_PLAN = 'free';

/**
 * Changes plans: the subscription gets the plan's price at once, with proration. A subscription has
 * one item, which the step BILLING made.
 */
export function stripePlans(settings: StripeSettings): PlanProvider {
  const client = clientOf(settings);
  return async ({ plan, subscriptionId, idempotencyKey }) => {
    const price = plan.priceId ?? (plan.key === FREE_PLAN ? settings.priceId : null);
    if (price === null) throw new StepRefused('The plan has no price at Stripe.');
    if (subscriptionId === null) throw new StepRefused('There is no subscription at Stripe.');
    const { stripe, errors } = await client();
    try {
      const { items } = await stripe.subscriptions.retrieve(subscriptionId);
      const [item, ...others] = items.data;
      if (!item || others.length > 0)
        throw new StepRefused('The subscription at Stripe does not have exactly one item.');
      const { id, status } = await stripe.subscriptions.update(
        subscriptionId,
        { items: [{ id: item.id, price }], proration_behavior: 'create_prorations' },
        { idempotencyKey },
      );
      return { subscriptionId: id, status };
    } catch (error) {
      throw explained(error, 'change', errors);
    }
  };
}

/** Opens Stripe's portal for customers. A session of it can be used once, within minutes. */
export function stripePortal(settings: StripeSettings): BillingPortal {
  const client = clientOf(settings);
  return async ({ customerId, returnUrl }) => {
    const { stripe } = await client();
    const session = await stripe.billingPortal.sessions.create({
      customer: customerId,
      ...(returnUrl === null ? {} : { return_url: returnUrl }),
    });
    return session.url;
  };
}

interface Opened {
  stripe: Stripe;
  /** The classes of Stripe's errors. */
  errors: typeof Stripe.errors;
}

/** The client, which is made when it is first needed. */
function clientOf(settings: StripeSettings): () => Promise<Opened> {
  let opened: Promise<Opened> | undefined;
  return () => (opened ??= open(settings));
}

async function open({ apiKey, apiUrl, timeoutMs }: StripeSettings): Promise<Opened> {
  // Imported here, so that the client costs memory and loading time only if it is used.
  const { Stripe: Client } = await import('stripe');
  const stripe = new Client(apiKey, {
    ...addressOf(apiUrl),
    timeout: timeoutMs,
    maxNetworkRetries: 0,
    telemetry: false,
  });
  return { stripe, errors: Client.errors };
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
function explained(
  error: unknown,
  asked: 'step' | 'change',
  { StripeError, StripeInvalidRequestError, StripeCardError }: Opened['errors'],
): unknown {
  if (!(error instanceof StripeError)) return error;
  const what = error.code ?? error.type;
  if (error instanceof StripeInvalidRequestError || error instanceof StripeCardError) {
    return new StepRefused(`Stripe refused the ${asked}: ${what}.`, { cause: error });
  }
  return new StepDelayed(
    `Stripe could not ${asked === 'step' ? 'do' : 'make'} the ${asked}: ${what}.`,
    { cause: error },
  );
}
