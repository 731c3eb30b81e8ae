/** The slug of a new organization: follows the name until it is typed, and says whether it is free. */
import { useQuery } from 'urql';
import {
  SlugAvailabilityDocument,
  type SlugAvailabilityQuery,
} from '../../generated/organizations/create/graphql.ts';
import { useDebounced } from '../../ui/use-debounced.ts';
import { isSlug, slugOfName } from '../profile/slug.ts';

/** Typing a word asks once, not for each letter. */
const TYPING_MS = 350;

type Reason = NonNullable<NonNullable<SlugAvailabilityQuery['slugAvailability']>['reason']>;

export interface SlugState {
  /** What the field shows. */
  text: string;
  /** Whether the person typed it. */
  isTyped: boolean;
  state: 'EMPTY' | 'CHECKING' | 'AVAILABLE' | 'UNKNOWN' | Reason;
}

export function useSlug(name: string, typed: string | undefined): SlugState {
  const text = typed ?? slugOfName(name);
  const settled = useDebounced(text, TYPING_MS);
  const isAsked = isSlug(settled) && settled === text;
  const [{ data, error, fetching }] = useQuery({
    query: SlugAvailabilityDocument,
    variables: { slug: settled },
    pause: !isAsked,
  });
  const answer = data?.slugAvailability;
  const stateOf = (): SlugState['state'] => {
    if (text === '') return 'EMPTY';
    if (!isSlug(text)) return 'INVALID';
    if (answer?.slug === text) return answer.reason ?? 'AVAILABLE';
    // A budget that is used up, or a lost answer: nothing that should keep somebody from going on.
    return isAsked && error && !fetching ? 'UNKNOWN' : 'CHECKING';
  };
  return { text, isTyped: typed !== undefined, state: stateOf() };
}

/** The slug to send; undefined where the API shall make one from the name. */
export function slugToSend({ text, isTyped, state }: SlugState): string | undefined {
  if (isTyped && text !== '') return text;
  return state === 'AVAILABLE' ? text : undefined;
}
