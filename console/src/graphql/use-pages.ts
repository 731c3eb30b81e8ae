/**
 * Lists whose newest rows come first, read page after page. A page that was read before goes on from
 * the first one only as long as that ends where it did: rows that were added since would otherwise
 * leave a gap between the two. The normalized cache cannot tell, so these lists are put together here.
 */
import { useState } from 'react';
import { useClient, useQuery, type CombinedError, type TypedDocumentNode } from 'urql';

export interface Page<Node> {
  nodes: readonly Node[];
  pageInfo: { endCursor: string | null; hasNextPage: boolean };
}

interface Rest<Node> extends Page<Node> {
  /** Identifies the first page that these rows continue. */
  chain: string;
  isLoading: boolean;
  error: CombinedError | undefined;
}

export interface PagesOptions<Data, V, Node> {
  query: TypedDocumentNode<Data, V & { after?: string | null }>;
  /** Everything but the cursor. */
  variables: V;
  /** The list in an answer; null where the caller may not read it. */
  select(data: Data): Page<Node> | null | undefined;
}

/** Reads the first page, and others when asked to. */
export function usePages<Data, V extends object, Node>({
  query,
  variables,
  select,
}: PagesOptions<Data, V, Node>) {
  const client = useClient();
  const answer = useQuery({ query, variables, requestPolicy: 'cache-and-network' });
  const [{ data }, ask] = answer;
  const first = data && select(data);
  const chain = JSON.stringify([variables, first?.pageInfo.endCursor]);
  const [rest, setRest] = useState<Rest<Node>>();
  const current = rest?.chain === chain ? rest : undefined;
  const { endCursor, hasNextPage } = current?.pageInfo ?? first?.pageInfo ?? NO_PAGE;

  const readNext = async (): Promise<void> => {
    const before = current?.nodes ?? [];
    const pageInfo = { endCursor, hasNextPage };
    const state = { chain, nodes: before, pageInfo, isLoading: true, error: undefined };
    setRest(state);
    const { data: next, error } = await client
      .query(query, { ...variables, after: endCursor }, { requestPolicy: 'network-only' })
      .toPromise();
    const page = next && select(next);
    const nodes = page ? [...before, ...page.nodes] : before;
    const after = { ...state, nodes, pageInfo: page?.pageInfo ?? pageInfo, error };
    setRest((now) => (now === state ? { ...after, isLoading: false } : now));
  };

  return {
    answer,
    nodes: [...(first?.nodes ?? []), ...(current?.nodes ?? [])],
    /** Reads the next page; undefined on the last one. */
    readNext: hasNextPage && first ? () => void readNext() : undefined,
    isLoadingNext: current?.isLoading ?? false,
    nextError: current?.error,
    /** Reads the list from its beginning again. */
    readAgain: (): void => {
      setRest(undefined);
      ask({ requestPolicy: 'network-only' });
    },
  };
}

const NO_PAGE = { endCursor: null, hasNextPage: false };
