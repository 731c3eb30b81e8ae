/** A map whose keys may be objects that it does not keep alive. */
type AnyMap<Key, Value> = {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): unknown;
};

/** Returns the value of a key, which is made and added if there is none. */
export function getOrAdd<Key, Value>(map: AnyMap<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
