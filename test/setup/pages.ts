/** Walks a paged list from both ends. */

/** A page as the walk needs it. */
export interface WalkedPage {
  rows: readonly string[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage?: boolean;
    startCursor?: string | null;
    endCursor?: string | null;
  };
}

export interface WalkArguments {
  first?: number;
  after?: string | null;
  last?: number;
  before?: string | null;
}

type Ask = (page: WalkArguments) => Promise<WalkedPage>;

/** All rows, read forward in pages of `size`. */
export async function forward(size: number, ask: Ask): Promise<string[]> {
  const rows: string[] = [];
  let page = await ask({ first: size });
  for (;;) {
    rows.push(...page.rows);
    if (!page.pageInfo.hasNextPage) return rows;
    page = await ask({ first: size, after: page.pageInfo.endCursor ?? null });
  }
}

/** All rows, read backward in pages of `size` and put together in the order of the list. */
export async function backward(size: number, ask: Ask): Promise<string[]> {
  const rows: string[] = [];
  let page = await ask({ last: size });
  for (;;) {
    rows.unshift(...page.rows);
    if (!page.pageInfo.hasPreviousPage) return rows;
    page = await ask({ last: size, before: page.pageInfo.startCursor ?? null });
  }
}
