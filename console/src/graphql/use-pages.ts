/** Lists that are shown page after page, as the cache puts them together. */
import { useState } from 'react';
import {
  useClient,
  useQuery,
  type CombinedError,
  type TypedDocumentNode,
  type UseQueryResponse,
} from 'urql';

export interface Page<Node> {
  nodes: readonly Node[];
  pageInfo: { endCursor: string | null; hasNextPage: boolean };
}

export interface PagesOptions<Data, V, Node> {
  query: TypedDocumentNode<Data, V & { after?: string | null }>;
  /** Everything but the cursor. Another list, such as one with another filter, begins at its first page. */
  variables: V;
  /** The list in an answer; null where the caller may not read it. */
  select(data: Data): Page<Node> | null | undefined;
}

export interface Pages<Data, Node> {
  /** The answer with all pages that were read. */
  answer: UseQueryResponse<Data, object>;
  /** The rows of all pages that were read. */
  nodes: readonly Node[];
  /** Reads the next page; undefined on the last one. */
  readNext: (() => void) | undefined;
  isLoadingNext: boolean;
  /** Why the next page did not come. */
  nextError: CombinedError | undefined;
  /** Reads the list from its beginning again. */
  readAgain(): void;
}

interface Place {
  /** The list that it is a place in. */
  list: string;
  /** The cursor after which the last page begins; null for the first one. */
  after: string | null;
  /** That of the page before. */
  before: string | null;
}

/** Reads the first page, and others when asked to. */
export function usePages<Data, V extends object, Node>({
  query,
  variables,
  select,
}: PagesOptions<Data, V, Node>): Pages<Data, Node> {
  const client = useClient();
  const list = JSON.stringify(variables);
  const [place, setPlace] = useState<Place>();
  const { after, before } = place?.list === list ? place : { after: null, before: null };
  const [state, ask] = useQuery<Data, V & { after?: string | null }>({
    query,
    variables: { ...variables, after },
    requestPolicy: 'cache-and-network',
  });
  const readLast = (): void => ask({ requestPolicy: 'network-only' });
  // A page that did not come takes nothing away from those before it.
  const kept =
    after !== null && state.error && state.data === undefined
      ? client.readQuery(query, { ...variables, after: before })?.data
      : undefined;
  const data = kept ?? state.data;
  const page = data && select(data);
  const nextError = kept && state.error;
  const readNext = (): void => {
    if (nextError) readLast();
    else if (page) setPlace({ list, after: page.pageInfo.endCursor, before: after });
  };
  const { error: _nextError, ...shown } = state;
  return {
    answer: [kept ? { ...shown, data: kept } : state, ask],
    nodes: page?.nodes ?? [],
    readNext: page?.pageInfo.hasNextPage === true ? readNext : undefined,
    isLoadingNext: after !== null && state.fetching,
    nextError,
    readAgain: (): void => {
      if (after === null) readLast();
      else setPlace(undefined);
    },
  };
}
