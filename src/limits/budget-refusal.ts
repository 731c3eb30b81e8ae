/** The errors for callers over a limit. */
import { setTimeout as delay } from 'node:timers/promises';
import { RequestError } from '../errors.ts';
import type { Refusal } from './place.ts';
import type { Balance } from './budgets.ts';
import type { BudgetName } from './budget-settings.ts';

const WORDS: Record<BudgetName, string> = {
  credentialRequests: 'requests per minute with this credential',
  credentialCost: 'points of cost per minute with this credential',
  treeRequests: 'requests per minute in this tree of organizations',
  treeCost: 'points of cost per minute in this tree of organizations',
  addressRequests: 'requests per minute from this address',
  addressCost: 'points of cost per minute from this address',
  anonymousRequests: 'requests per minute without a credential from this address',
  failedAuthentications: 'failed authentications per minute from this address',
  unverifiedCredentials: 'credentials that are not known yet per minute from this address',
  slugChecks: 'slug checks per minute with this credential',
  treeSlugChecks: 'slug checks per minute in this tree of organizations',
  invitationAttempts: 'attempts with invitation tokens per minute by this person',
  addressInvitationAttempts: 'attempts with invitation tokens per minute from this address',
  standaloneCreations: 'standalone organizations per day by this person',
  addressStandaloneCreations: 'standalone organizations per day from this address',
};

/** A budget is used up: HTTP 429, with the time when it is available again. */
export function rateLimited({ budget, limit, remaining, resetAt }: Balance): RequestError {
  const seconds = Math.max(1, Math.ceil((resetAt - Date.now()) / 1_000));
  return new RequestError(
    'RATE_LIMITED',
    `The limit of ${limit} ${WORDS[budget]} is reached. Try again in ${seconds} s.`,
    {
      budget,
      limit,
      remaining,
      resetAt: new Date(resetAt).toISOString(),
      http: { status: 429, headers: { 'retry-after': String(seconds) } },
    },
  );
}

/** One operation costs more than a whole window allows, so waiting does not help. */
export function neverAffordable(
  budget: BudgetName,
  limit: number,
  requested: number,
): RequestError {
  return new RequestError(
    'LIMIT_EXCEEDED',
    `The operation costs ${requested}; the limit is ${limit} ${WORDS[budget]}. Ask for smaller pages.`,
    { limit: budget, bound: limit },
  );
}

const CONCURRENCY: Record<Refusal['refused'], (limit: number) => string> = {
  credential: (limit) =>
    `This credential has ${limit} operations running and too many waiting behind them.`,
  tree: (limit) => `${limit} operations of this tree of organizations are already waiting.`,
  process: (limit) => `${limit} operations are already waiting.`,
  timeout: () => 'The operation waited too long for its turn and was not started.',
  gone: () => 'The client has disconnected.',
};

/**
 * Too many operations are in progress: HTTP 429 if they are the caller's, 503 if they are the whole
 * process's. Nothing was executed.
 */
export function tooBusy({ refused, limit }: Refusal): RequestError {
  const resetAt = new Date(Date.now() + 1_000).toISOString();
  return new RequestError('RATE_LIMITED', `${CONCURRENCY[refused](limit)} Try again in 1 s.`, {
    budget: 'concurrency',
    limit,
    remaining: 0,
    resetAt,
    http: { status: refused === 'process' ? 503 : 429, headers: { 'retry-after': '1' } },
  });
}

/**
 * How long a refusal is delayed. A client that retries immediately on many connections would
 * otherwise cost more than the refusal saves.
 */
const HOLD_MS = 250;
/** The maximum number of refusals that are delayed at a time; more are sent immediately. */
const HELD_MAX = 1_000;
let held = 0;

/** Delays a refusal, unless too many are delayed or the client has disconnected. */
export async function holdBack(signal: Pick<AbortSignal, 'aborted'>): Promise<void> {
  if (held >= HELD_MAX || signal.aborted) return;
  held++;
  try {
    await delay(HOLD_MS);
  } finally {
    held--;
  }
}
