/** What an event changed, from the states that the audit log keeps of it. */

/** A part of a state with what it was and what it is. */
export interface Difference {
  /** Its name in the states, e.g. `billingEmail` or `profile.address_city`. */
  part: string;
  isChanged: boolean;
  /** Undefined where there was, or is, nothing. */
  before: string | undefined;
  after: string | undefined;
  /** For lists: what each entry is to the change. */
  entries: readonly Entry[] | undefined;
}

export interface Entry {
  text: string;
  change: 'added' | 'removed' | 'same';
}

/** The parts of both states: those that changed first, each group in the order of the log. */
export function differencesOf(before: unknown, after: unknown): Difference[] {
  const [was, is] = [partsOf(before), partsOf(after)];
  // A creation has no state before, and what was removed has none after it: all of it is the change.
  const isWhole = before === null || after === null;
  const all = [...new Set([...was.keys(), ...is.keys()])].map((part): Difference => {
    const [old, now] = [was.get(part), is.get(part)];
    return {
      part,
      isChanged: isWhole || !isEqual(old, now),
      before: textOf(old),
      after: textOf(now),
      entries: isList(old) || isList(now) ? entriesOf(old, now) : undefined,
    };
  });
  return [...all.filter((one) => one.isChanged), ...all.filter((one) => !one.isChanged)];
}

/** The parts that the caller may not read, each once, without telling in which of the states. */
export function hiddenParts(redacted: readonly string[]): string[] {
  return [...new Set(redacted.map((name) => name.replace(/^(before|after)\./, '')))];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isList = (value: unknown): value is unknown[] => Array.isArray(value);

/** The values of a state by their name; objects within it are taken apart. */
function partsOf(state: unknown, prefix = ''): Map<string, unknown> {
  if (!isObject(state)) return new Map();
  return new Map(
    Object.entries(state).flatMap(([key, value]): [string, unknown][] =>
      isObject(value)
        ? [...partsOf(value, `${prefix}${key}.`)]
        : [[`${prefix}${key}`, value ?? undefined]],
    ),
  );
}

/** What was put into a list and taken out of it. The order does not count: these lists are sets. */
function entriesOf(before: unknown, after: unknown): Entry[] {
  const [was, is] = [before, after].map((list) =>
    isList(list) ? list.map((entry) => textOf(entry) ?? '') : [],
  ) as [string[], string[]];
  return [
    ...is.map((text): Entry => ({ text, change: was.includes(text) ? 'same' : 'added' })),
    ...was.filter((text) => !is.includes(text)).map((text): Entry => ({ text, change: 'removed' })),
  ];
}

/** A value as a line of text; undefined for nothing. */
function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string') return value;
  if (isList(value)) return value.map((entry) => textOf(entry) ?? '').join(', ');
  if (isObject(value))
    return Object.entries(value)
      .map(([key, part]) => `${key}: ${textOf(part) ?? ''}`)
      .join(', ');
  return JSON.stringify(value);
}

/** Whether two values are the same, whatever the order of lists and of the keys of objects. */
function isEqual(one: unknown, other: unknown): boolean {
  if (isList(one) && isList(other))
    return one.length === other.length && entriesOf(one, other).every(isSame);
  return textOf(one) === textOf(other);
}

const isSame = ({ change }: Entry): boolean => change === 'same';
