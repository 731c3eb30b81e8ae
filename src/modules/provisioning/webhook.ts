/**
 * The webhook provider: each step is a signed HTTP call (Standard Webhooks) to a service of the
 * operator.
 */
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { encodeId } from '../../values/ids.ts';
import { StepDelayed, StepRefused, type PlanProvider, type Provider } from './provider.ts';

export interface WebhookSettings {
  url: string;
  /** `whsec_` followed by the key in base64. */
  secret: string;
  timeoutMs: number;
}

/** The response of the service. Additional fields are ignored. */
const answer = z.object({
  resourceId: z.string().min(1).max(255),
  plan: z.string().min(1).max(255).optional(),
  status: z.string().min(1).max(255).optional(),
  customerId: z.string().min(1).max(255).optional(),
  subscriptionId: z.string().min(1).max(255).optional(),
});

const ANSWER_BYTES_MAX = 64_000;

/**
 * 4xx responses that may be temporary: time-out, conflict with a concurrent request, too early, too
 * many.
 */
const TRANSIENT = new Set([408, 409, 425, 429]);

/** What the service answers to a change of plan; it may answer nothing in particular. */
const planAnswer = answer.pick({ status: true, subscriptionId: true });

/** Creates the provider. `clock` returns the time for the signature. */
export function webhookProvider(settings: WebhookSettings, clock: () => Promise<Date>): Provider {
  const send = sender(settings, clock);
  return async ({ step, organization, idempotencyKey, billingEmail, resourceId }) => {
    const text = await send(`provisioning.${step.toLowerCase()}`, idempotencyKey, {
      step,
      organization: { ...organization, id: encodeId('Organization', organization.id) },
      billingEmail,
      resourceId,
    });
    const { resourceId: resource, ...billing } = read(text, answer, '{ resourceId, … }');
    return { resourceId: resource, billing };
  };
}

/** Changes plans by a signed call of their own. */
export function webhookPlans(settings: WebhookSettings, clock: () => Promise<Date>): PlanProvider {
  const send = sender(settings, clock);
  return async ({ organization, plan, customerId, subscriptionId, idempotencyKey }) => {
    const text = await send('billing.plan_change', idempotencyKey, {
      organization: { ...organization, id: encodeId('Organization', organization.id) },
      plan: plan.key,
      priceId: plan.priceId,
      customerId,
      subscriptionId,
    });
    return read(text, planAnswer, '{ status, subscriptionId }');
  };
}

/** Returns a function that makes signed calls, and returns what the service answered. */
function sender({ url, secret, timeoutMs }: WebhookSettings, clock: () => Promise<Date>) {
  const webhook = new Webhook(secret);
  return async (type: string, idempotencyKey: string, data: object): Promise<string> => {
    const now = await clock();
    const body = JSON.stringify({ type, timestamp: now.toISOString(), data });
    const response = await call(url, timeoutMs, body, {
      'content-type': 'application/json',
      'idempotency-key': idempotencyKey,
      'webhook-id': idempotencyKey,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
      'webhook-signature': webhook.sign(idempotencyKey, now, body),
    });
    return response.text;
  };
}

/** Makes the call. The time-out covers the whole response. */
async function call(
  url: string,
  timeoutMs: number,
  body: string,
  headers: Record<string, string>,
): Promise<{ text: string }> {
  let status: number;
  let text: string;
  try {
    // A redirect would send the signed body to a party that the operator has not named.
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    status = response.status;
    text = await readBounded(response);
  } catch (error) {
    if (error instanceof StepRefused) throw error;
    const late = error instanceof Error && error.name === 'TimeoutError';
    throw new StepDelayed(
      late
        ? `The provider did not answer within ${timeoutMs} ms.`
        : 'The provider could not be reached.',
      {
        cause: error,
      },
    );
  }
  if (status >= 200 && status < 300) return { text };
  if (status >= 300 && status < 500 && !TRANSIENT.has(status))
    throw new StepRefused(`The provider refused the step with HTTP ${status}.`);
  throw new StepDelayed(`The provider answered with HTTP ${status}.`);
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_BYTES_MAX)
      throw new StepRefused(`The provider's answer has more than ${ANSWER_BYTES_MAX} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function read<Answer>(text: string, schema: z.ZodType<Answer>, form: string): Answer {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new StepRefused(`The provider's answer does not have the form ${form}.`, {
      cause: error,
    });
  }
}
