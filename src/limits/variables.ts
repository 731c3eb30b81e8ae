/** Limits of the variables of a request. */
import { overLimit } from './refusal.ts';
import type { RequestLimits } from './settings.ts';

/**
 * Returns how deeply objects and lists are nested in a JSON value, counted to just beyond
 * `maximum`.
 */
function nesting(value: unknown, maximum: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (maximum < 0) return 1;
  let deepest = 0;
  for (const inner of Object.values(value))
    deepest = Math.max(deepest, nesting(inner, maximum - 1));
  return deepest + 1;
}

/** Throws `LIMIT_EXCEEDED` for variables that are too many or nested too deeply. */
export function checkVariables(variables: unknown, limits: RequestLimits): void {
  if (typeof variables !== 'object' || variables === null) return;
  const count = Object.keys(variables).length;
  if (count > limits.document.variables)
    throw overLimit('variables', limits.document.variables, count, 400);
  // The object of all variables does not count as a level.
  const depth = nesting(variables, limits.variableDepth) - 1;
  if (depth > limits.variableDepth)
    throw overLimit('variableDepth', limits.variableDepth, depth, 400);
}
