/**
 * Counts a request before any of it is parsed or read, against its address and, by a fingerprint,
 * its credential.
 */
import { currentDeadline } from '../database/deadline.ts';
import type { RequestError } from '../errors.ts';
import { rateLimited, tooBusy } from './budget-refusal.ts';
import type { Charge, Outcome } from './budgets.ts';
import type { Arrival, CallerBudgets } from './caller-budgets.ts';

/** What is read of a request on arrival. */
export interface Arriving {
  /** The other end of the socket. */
  peer: string;
  /** The header `X-Forwarded-For`. */
  forwardedFor: string | null;
  /** The fingerprint of the `Authorization` header; undefined for an anonymous request. */
  fingerprint: string | undefined;
}

/** Counts a request. Synchronous unless a counter is shared or the credential is new. */
export function arrive(limits: CallerBudgets, arriving: Arriving): Arrival | Promise<Arrival> {
  const { budgets, known } = limits;
  const { peer, forwardedFor, fingerprint } = arriving;
  const address = limits.clientAddress(peer, forwardedFor);
  const accepted = fingerprint === undefined ? undefined : known.find(fingerprint);
  // The caller is looked up over a connection of the pool, for which tenants queue separately.
  const deadline = currentDeadline();
  if (deadline) deadline.tenant = accepted?.tree ?? `adr:${address}`;
  const arrival: Arrival = {
    address,
    fingerprint,
    accepted,
    refusal: undefined,
    isAuthenticated: false,
  };
  const ofAddress: Charge = { budget: 'addressRequests', key: address, points: 1 };
  const counted =
    fingerprint === undefined
      ? budgets.spend([ofAddress, { budget: 'anonymousRequests', key: address, points: 1 }])
      : accepted
        ? budgets.spend([ofAddress, { budget: 'credentialRequests', key: accepted.key, points: 1 }])
        : countUnknown(limits, address, ofAddress);
  const decide = (outcome: Outcome): Arrival => {
    arrival.refusal = refusalOf(limits, arrival, outcome);
    return arrival;
  };
  return counted instanceof Promise ? counted.then(decide) : decide(counted);
}

async function countUnknown(
  { budgets }: CallerBudgets,
  address: string,
  ofAddress: Charge,
): Promise<Outcome> {
  const failed = await budgets.exhausted('failedAuthentications', address);
  return failed
    ? { refused: failed }
    : budgets.spend([ofAddress, { budget: 'unverifiedCredentials', key: address, points: 1 }]);
}

/** Returns why the request is refused; undefined if it is not. */
function refusalOf(
  { admission }: CallerBudgets,
  { accepted }: Arrival,
  outcome: Outcome,
): RequestError | undefined {
  if ('refused' in outcome) return rateLimited(outcome.refused);
  if (accepted === undefined) return undefined;
  const place = admission.arrive(accepted.key, accepted.tree);
  if ('refused' in place) return tooBusy(place);
  currentDeadline()?.atEnd(() => place.leave());
  return undefined;
}
