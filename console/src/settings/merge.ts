/** Two changes of the same values: what was typed, and what somebody else stored meanwhile. */

export type Values = Readonly<Record<string, unknown>>;

const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** The keys whose values differ. */
export function differing<V extends Values>(one: V, other: V): (keyof V & string)[] {
  return Object.keys(one).filter((key) => !isSame(one[key], other[key]));
}

export interface Merged<V> {
  /** Theirs, with what was typed in its place. */
  values: V;
  /** The keys that both changed, to different values. */
  conflicts: (keyof V & string)[];
}

/** Puts what was typed, which began with `base`, on top of what is stored now. */
export function merge<V extends Values>(base: V, yours: V, theirs: V): Merged<V> {
  const typed = differing(base, yours);
  const values = { ...theirs, ...Object.fromEntries(typed.map((key) => [key, yours[key]])) };
  const conflicts = typed.filter(
    (key) => !isSame(base[key], theirs[key]) && !isSame(yours[key], theirs[key]),
  );
  return { values, conflicts };
}

/** The entries of an input that differ from those that the stored values would give. */
export function changed<Input extends object>(before: Input, after: Input): Partial<Input> {
  return Object.fromEntries(
    Object.entries(after).filter(([key, value]) => !isSame(value, before[key as keyof Input])),
  ) as Partial<Input>;
}
