/** Compares what callers were told with what there is. */

/** Answers by what they say: `OK`, or a status with the code of the error. */
export type Answers = Map<string, number>;

/** What callers were told was done. */
export interface Acknowledged {
  /** Ids of each organization, by its name: one, however often it was asked for. */
  organizations: ReadonlyMap<string, ReadonlySet<string>>;
  /** Ids of events. */
  events: ReadonlySet<string>;
}

/** What there is, and how often. */
export interface Stored {
  organizations: ReadonlyMap<string, number>;
  events: ReadonlyMap<string, number>;
}

/** What does not agree. */
export interface Account {
  lost: number;
  doubled: number;
}

/** An acknowledged effect that is not there is lost; one that is there twice, or got two ids, is doubled. */
export function accountFor({ organizations, events }: Acknowledged, stored: Stored): Account {
  const account = { lost: 0, doubled: 0 };
  for (const name of organizations.keys()) if (!stored.organizations.has(name)) account.lost++;
  for (const id of events) if (!stored.events.has(id)) account.lost++;
  const names = new Set([...organizations.keys(), ...stored.organizations.keys()]);
  for (const name of names) {
    const ids = organizations.get(name)?.size ?? 1;
    account.doubled += Math.max(ids, stored.organizations.get(name) ?? 0) - 1;
  }
  for (const count of stored.events.values()) account.doubled += count - 1;
  return account;
}

/** The longest time without an acknowledgement between two moments. */
export function longestGap(moments: readonly number[], from: number, to: number): number {
  const within = moments.filter((moment) => moment > from && moment < to).toSorted((a, b) => a - b);
  let longest = 0;
  let last = from;
  for (const moment of [...within, to]) {
    longest = Math.max(longest, moment - last);
    last = moment;
  }
  return longest;
}

/** Whether an answer tells a caller to repeat the request, because something is away for the moment. */
export function saysUnavailable(answer: string): boolean {
  return /^50[234] UNAVAILABLE$/.test(answer);
}

/** How many answers are neither an acknowledgement nor permitted. */
export function unexpected(answers: Answers, permits: (answer: string) => boolean): number {
  let count = 0;
  for (const [answer, times] of answers) if (answer !== 'OK' && !permits(answer)) count += times;
  return count;
}

/** Adds counts of answers up. */
export function addUp(all: readonly Answers[]): Answers {
  const sum: Answers = new Map();
  for (const answers of all)
    for (const [answer, times] of answers) sum.set(answer, (sum.get(answer) ?? 0) + times);
  return sum;
}
