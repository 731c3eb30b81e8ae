/** Expected failures in the words of a view. */
import type { Failure } from './mutation-failure.tsx';

type Words<F extends Failure> = {
  [Name in F['__typename']]?: (failure: Extract<F, { __typename: Name }>) => string;
};

/** A failure with the view's own sentence for its type; as it is if there is none. */
export function inWords<F extends Failure>(
  failure: F | undefined,
  words: Words<F>,
): Failure | undefined {
  if (!failure) return undefined;
  const say = words[failure.__typename as F['__typename']];
  if (!say) return failure;
  const message = say(failure as Extract<F, { __typename: F['__typename'] }>);
  return { __typename: 'Words', message };
}
