/**
 * Charges an operation once its caller, tree and cost are known, and then waits for its turn. An
 * operation that is refused has not executed anything.
 */
import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { Principal } from '../authorization/principal.ts';
import type { Context } from '../graphql/context.ts';
import { attemptsOf, type Attempts } from './attempts.ts';
import { holdBack, neverAffordable, rateLimited, tooBusy } from './budget-refusal.ts';
import type { BudgetName } from './budget-settings.ts';
import type { RequestError } from '../errors.ts';
import type { Charge, Outcome } from './budgets.ts';
import type { Arrival, CallerBudgets } from './caller-budgets.ts';
import type { GoneSignal } from './departure.ts';
import type { KnownCredential } from './known-credentials.ts';
import type { Place, Refusal } from './place.ts';

/** An operation of a document with its variables. */
export type OperationArguments = Pick<
  ExecutionArgs,
  'document' | 'operationName' | 'variableValues'
>;

/**
 * Returns the key of a credential. A person's tokens and sessions count as that person, since they
 * can create any number of tokens.
 */
function keyOfCredential({ credential, user }: Principal): string | undefined {
  if (user) return `usr:${user.id}`;
  return credential ? `key:${credential.id}` : undefined;
}

/** An operation that is charged for and may run. */
export interface Admitted {
  /** Reports that it has ended. */
  leave(): void;
  /** Gives back its charges and its place, because nothing was done for it. */
  undo(): Promise<void>;
}

/** What is known about the caller of an operation, and where its cost is recorded. */
export interface Spending extends Pick<Context, 'principal' | 'cost' | 'record'> {
  arrival: Arrival;
  /** Aborted when the client disconnects. */
  signal: GoneSignal;
  /** Whether the operation is one statement, which the process only passes on. */
  isOneStatement?: boolean;
}

/**
 * Executes an operation after its budgets are charged and when its turn comes. Rejects if a budget
 * is used up, or if too many operations are in progress.
 */
export async function executeWithinBudgets(
  limits: CallerBudgets,
  args: ExecutionArgs,
  { principal, cost, record, request }: Context & { request: Request },
  execute: () => ExecutionResult | Promise<ExecutionResult>,
): Promise<ExecutionResult> {
  const arrival = limits.arrivals.get(request);
  if (!arrival) return execute();
  const { signal } = request;
  const { budgets, known } = limits;
  if (arrival.fingerprint !== undefined && principal.credential) {
    arrival.isAuthenticated = true;
    known.add(arrival.fingerprint, keysOf(principal, arrival));
    if (arrival.accepted === undefined) {
      await budgets.giveBack([
        { budget: 'unverifiedCredentials', key: arrival.address, points: 1 },
      ]);
    }
  }
  const admitted = await admit(limits, args, { principal, cost, record, arrival, signal });
  try {
    return await execute();
  } finally {
    admitted.leave();
  }
}

/** The keys that a caller's budgets are counted under. */
function keysOf(principal: Principal, { address, accepted }: Arrival): KnownCredential {
  // That of a credential never changes, but its tree is that of the organization it acts in.
  const key = accepted?.key ?? keyOfCredential(principal) ?? `adr:${address}`;
  return { key, tree: principal.organization?.lineage[0] ?? key };
}

/**
 * Charges the budgets of an operation and waits for its turn. Throws or rejects if a budget is used
 * up, or if too many operations are in progress. The result is synchronous if there is nothing to
 * wait for, as for most requests.
 */
export function admit(
  { budgets, admission }: CallerBudgets,
  args: OperationArguments,
  spending: Spending,
): Admitted | Promise<Admitted> {
  const { principal, cost, record, arrival, signal, isOneStatement = false } = spending;
  const requested = Math.max(1, cost.requested);
  const { key: credential, tree: tenant } = keysOf(principal, arrival);
  const dear = budgets.unaffordable(requested);
  if (dear) throw neverAffordable(dear.budget, dear.limit, requested);
  const tree = principal.organization?.lineage[0];
  const charges = chargesOf(args, arrival, { principal, credential, tree, requested });
  const giveBack = async (): Promise<void> => {
    record.cost.charged = 0;
    await budgets.giveBack(charges);
  };
  const enter = (outcome: Outcome): Admitted | Promise<Admitted> => {
    if ('refused' in outcome) return refuseLater(signal, rateLimited(outcome.refused));
    record.cost.charged = requested;
    if (outcome.balance) cost.balance = outcome.balance;
    const nodes = Math.max(1, cost.nodes);
    const entering = admission.enter({ credential, tree: tenant, nodes, isOneStatement, signal });
    return entering instanceof Promise
      ? entering.then((place) => admittedTo(place, signal, giveBack))
      : admittedTo(entering, signal, giveBack);
  };
  const spent = budgets.spend(charges);
  return spent instanceof Promise ? spent.then(enter) : enter(spent);
}

/** What was granted. Gives the charges back, and rejects, if nothing was. */
function admittedTo(
  place: Place | Refusal,
  signal: GoneSignal,
  giveBack: () => Promise<void>,
): Admitted | Promise<Admitted> {
  if ('refused' in place)
    return giveBack().then(() => {
      if (place.refused === 'gone') throw tooBusy(place);
      return refuseLater(signal, tooBusy(place));
    });
  return {
    leave: () => place.leave(),
    undo: () => {
      place.leave();
      return giveBack();
    },
  };
}

/** Refuses after a pause, so that the caller does not try again at once. */
async function refuseLater(signal: GoneSignal, refusal: RequestError): Promise<never> {
  await holdBack(signal);
  throw refusal;
}

interface Spender {
  principal: Principal;
  /** The key of the credential. */
  credential: string;
  /** The key of the tree that it acts in. */
  tree: string | undefined;
  /** The cost of the operation. */
  requested: number;
}

/** The charges of an operation. The first is the one whose balance callers are told. */
function chargesOf(
  { document, operationName, variableValues }: OperationArguments,
  { address, accepted }: Arrival,
  { principal, credential, tree, requested }: Spender,
): Charge[] {
  const charges: Charge[] = [
    { budget: 'credentialCost', key: credential, points: requested },
    { budget: 'addressCost', key: address, points: requested },
  ];
  // A known credential was charged on arrival.
  if (!accepted && principal.credential)
    charges.push({ budget: 'credentialRequests', key: credential, points: 1 });
  if (tree !== undefined) {
    charges.push(
      { budget: 'treeRequests', key: tree, points: 1 },
      { budget: 'treeCost', key: tree, points: requested },
    );
  }
  const attempts = attemptsOf(document, operationName, variableValues ?? {});
  if (attempts) charges.push(...attemptCharges(attempts, credential, tree, address));
  return charges;
}

function attemptCharges(
  attempts: Attempts,
  credential: string,
  tree: string | undefined,
  address: string,
): Charge[] {
  const { slugChecks = 0, invitationAttempts = 0, standaloneCreations = 0 } = attempts;
  const charge = (budget: BudgetName, key: string, points: number): Charge[] =>
    points > 0 ? [{ budget, key, points }] : [];
  return [
    ...charge('slugChecks', credential, slugChecks),
    ...(tree === undefined ? [] : charge('treeSlugChecks', tree, slugChecks)),
    ...charge('invitationAttempts', credential, invitationAttempts),
    ...charge('addressInvitationAttempts', address, invitationAttempts),
    ...charge('standaloneCreations', credential, standaloneCreations),
    ...charge('addressStandaloneCreations', address, standaloneCreations),
  ];
}
