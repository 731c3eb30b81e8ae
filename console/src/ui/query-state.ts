/** State that belongs to the address: what somebody would share or come back to. */
import { useCallback } from 'react';
import { useSearchParams } from 'wouter';

/**
 * A parameter of the query string. It is absent while it has the value `standard`. Typing replaces
 * the entry of the history; `push` adds one, so that "back" undoes a choice.
 */
export function useQueryState(
  name: string,
  standard = '',
): [string, (value: string, options?: { push?: boolean }) => void] {
  const [parameters, setParameters] = useSearchParams();
  const set = useCallback(
    (value: string, { push = false }: { push?: boolean } = {}) =>
      setParameters(
        () => {
          // Not what was rendered: two parameters may be set one after the other.
          const next = new URLSearchParams(location.search);
          if (value === standard) next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: !push },
      ),
    [name, standard, setParameters],
  );
  return [parameters.get(name) ?? standard, set];
}
