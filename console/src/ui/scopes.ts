/** Sets of scopes, with what they imply. */

/** A scope of the catalog. */
export interface ScopeInfo {
  key: string;
  description: string;
  /** Scopes that it includes. */
  implies: readonly string[];
}

/** The scopes that others of a set include. */
export function impliedBy(scopes: readonly string[], catalog: readonly ScopeInfo[]): Set<string> {
  const implied = new Set<string>();
  const add = (key: string): void => {
    for (const included of catalog.find((scope) => scope.key === key)?.implies ?? []) {
      if (implied.has(included)) continue;
      implied.add(included);
      add(included);
    }
  };
  scopes.forEach(add);
  return implied;
}

/** A set without what the rest of it includes anyway. */
export function withoutImplied(
  scopes: readonly string[],
  catalog: readonly ScopeInfo[],
): readonly string[] {
  return scopes.filter(
    (scope) =>
      !impliedBy(
        scopes.filter((other) => other !== scope),
        catalog,
      ).has(scope),
  );
}
