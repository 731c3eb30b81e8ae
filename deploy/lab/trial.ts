/** One trial of a fault: traffic, the fault, and what came of it. */
import { accountFor, longestGap, unexpected, type Account, type Answers } from './accounts.ts';
import type { Fault, Lab } from './faults.ts';
import { command, type Bootstrapped } from './gateways.ts';
import { PORTS } from './layout.ts';
import { storedBy } from './stored.ts';
import { Traffic } from './traffic.ts';
import { pause } from './wait.ts';

const BEFORE_MS = 3_000;
const AFTER_MS = 3_000;
const IN_STEP_SECONDS = 300;

/** What came of a trial. */
export interface Trial extends Account {
  fault: string;
  organizations: number;
  events: number;
  /** The longest times without an acknowledged change, and without an answered read, in seconds. */
  changesGap: number;
  readsGap: number;
  answers: Answers;
  /** Answers that should not have been given, and operations that were not answered in the end. */
  unexpected: number;
  unanswered: number;
  /** Gateways and workers that ended by themselves. */
  exits: number;
  /** What `banyan check` and `banyan usage check` found, or the members lack; undefined if all is well. */
  findings: string | undefined;
}

/** Lets callers work, does the fault meanwhile, and accounts for everything that was acknowledged. */
export async function tryFault(
  lab: Lab,
  fault: Fault,
  partner: Bootstrapped,
  prefix: string,
): Promise<Trial> {
  const traffic = new Traffic(`http://127.0.0.1:${PORTS.api}/graphql`, partner, prefix);
  const exitsBefore = lab.gateways.exits;
  traffic.start();
  await pause(BEFORE_MS);
  const from = performance.now();
  await fault.run(lab);
  const isInStep = await lab.cluster.untilInStep(IN_STEP_SECONDS).then(
    () => true,
    () => false,
  );
  await pause(AFTER_MS);
  const to = performance.now();
  await traffic.stop();
  await lab.gateways.untilReady();
  const { acknowledged, answers, unanswered } = traffic;
  return {
    fault: fault.name,
    organizations: acknowledged.organizations.size,
    events: acknowledged.events.size,
    ...accountFor(acknowledged, await storedBy(prefix)),
    changesGap: longestGap(traffic.changes, from, to) / 1_000,
    readsGap: longestGap(traffic.reads, from, to) / 1_000,
    answers,
    unexpected: unexpected(answers, (answer) => fault.permits(answer)),
    unanswered,
    exits: lab.gateways.exits - exitsBefore,
    findings: isInStep ? await findings() : 'the members are not in step any more',
  };
}

async function findings(): Promise<string | undefined> {
  for (const args of [['check'], ['usage', 'check']]) {
    try {
      await command(...args);
    } catch (error) {
      return `banyan ${args.join(' ')}: ${String((error as { stderr?: string }).stderr ?? error)}`;
    }
  }
  return undefined;
}
