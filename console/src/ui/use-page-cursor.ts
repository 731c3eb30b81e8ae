/** Which page of a list is asked for. */
import { useState } from 'react';

interface PageCursor {
  /** The cursor after which the page begins; null for the first one. */
  after: string | null;
  /** Shows another page after those that are shown. */
  showMore(endCursor: string | null): void;
  /** Begins again with the first page. */
  restart(): void;
}

/** The page of a list to ask for. Another list, such as one with another filter, begins at its first. */
export function usePageCursor(list: string): PageCursor {
  const [shown, setShown] = useState<{ list: string; after: string | null }>();
  return {
    after: shown?.list === list ? shown.after : null,
    showMore: (after) => setShown({ list, after }),
    restart: () => setShown(undefined),
  };
}
