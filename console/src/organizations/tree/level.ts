/**
 * The children of one organization, page by page. The first page stays up to date, and those with a
 * row on the screen: the cache reads all watched pages again when any of them arrives, which for
 * thousands of siblings would take longer each time. The others keep what they showed until a row of
 * theirs is seen again.
 */
import type { Client, CombinedError, OperationResult, RequestPolicy } from 'urql';
import {
  TreeLevelDocument,
  type TreeLevelQuery,
  type TreeLevelQueryVariables,
} from '../../generated/organizations/tree/graphql.ts';
import type { Row } from './row.ts';

/** Rows that are read at once. */
const PAGE_SIZE = 50;

/** What the sparklines show. */
export type Window = Pick<TreeLevelQueryVariables, 'from' | 'to' | 'metric'>;

interface Page {
  after: string | null;
  result: OperationResult<TreeLevelQuery, TreeLevelQueryVariables> | undefined;
  /** The ids of rows that are elsewhere by now, which are left out until the next answer. */
  moved: ReadonlySet<string>;
  /** How it is read next. */
  policy: RequestPolicy;
  /** Ends the watch; undefined while it is not watched. */
  stop: (() => void) | undefined;
}

const NONE: ReadonlySet<string> = new Set();

const rowsOf = ({ result, moved }: Page): Row[] =>
  (result?.data?.organization?.children?.nodes ?? []).filter(({ id }) => !moved.has(id));

export interface LevelOptions {
  slug: string;
  window: Window;
  isRoot: boolean;
  /** Called after an answer with the ids of the rows that are known to be here now. */
  changed(read: ReadonlySet<string>): void;
}

export class Level {
  readonly #client: Client;
  readonly #slug: string;
  readonly #window: Window;
  readonly #isRoot: boolean;
  readonly #changed: LevelOptions['changed'];
  /** A row that is shown first until its page is read, since somebody looked for it. */
  pinned: Row | undefined;
  /** Whether its pages are kept up to date. */
  isWatched = false;
  #pages: Page[] = [];
  /** The slugs of rows on the screen. */
  readonly #seen = new Set<string>();
  #isSettling = false;

  constructor(client: Client, options: LevelOptions) {
    this.#client = client;
    this.#slug = options.slug;
    this.#window = options.window;
    this.#isRoot = options.isRoot;
    this.#changed = options.changed;
  }

  /** The organization itself, where it is the root. */
  get root(): Row | undefined {
    const organization = this.#pages[0]?.result?.data?.organization;
    // `withRow` selected all of it.
    return organization && 'slug' in organization ? (organization as Row) : undefined;
  }

  /** Whether the organization is not there for this viewer. */
  get isMissing(): boolean {
    const result = this.#pages[0]?.result;
    return result !== undefined && !result.error && result.data?.organization === null;
  }

  get rows(): readonly Row[] {
    // A row that moved up by a page is in two until the second one is read again as well.
    const rows = new Map<string, Row>();
    const { pinned } = this;
    for (const row of this.#pages.flatMap(rowsOf)) if (!rows.has(row.id)) rows.set(row.id, row);
    return pinned && !rows.has(pinned.id) ? [pinned, ...rows.values()] : [...rows.values()];
  }

  /** Whether a page is on its way, or can be asked for. */
  get hasMore(): boolean {
    const last = this.#pages.at(-1)?.result;
    if (!last) return true;
    return last.data?.organization?.children?.pageInfo.hasNextPage ?? false;
  }

  get error(): CombinedError | undefined {
    return this.#pages.find(({ result }) => result?.error)?.result?.error;
  }

  /** Watches what was read before, or reads the first page. */
  start(): void {
    this.isWatched = true;
    for (const page of this.#pages) page.policy = 'cache-and-network';
    if (this.#pages.length === 0) this.#add(null, 'cache-and-network');
    this.#settle();
  }

  stop(): void {
    for (const page of this.#pages) halt(page);
    this.isWatched = false;
  }

  /** Keeps the page of a row up to date until the returned function is called. */
  see(slug: string): () => void {
    this.#seen.add(slug);
    this.#settleSoon();
    return () => {
      this.#seen.delete(slug);
      this.#settleSoon();
    };
  }

  /** Reads the next page, unless one is on its way. */
  more(): void {
    const info = this.#pages.at(-1)?.result?.data?.organization?.children?.pageInfo;
    if (info?.hasNextPage !== true || info.endCursor === null) return;
    this.#add(info.endCursor, 'cache-first');
    this.#settle();
  }

  /**
   * Reads the pages again that show rows which were read elsewhere since: they were moved there, or
   * moved back.
   */
  dropMoved(ids: ReadonlySet<string>): void {
    if (this.pinned && ids.has(this.pinned.id)) this.pinned = undefined;
    const moved = this.#pages.filter((page) => rowsOf(page).some(({ id }) => ids.has(id)));
    for (const page of moved) {
      page.moved = ids;
      page.policy = 'network-only';
      const { stop } = page;
      if (!stop) continue;
      this.#read(page);
      stop();
    }
  }

  /** Reads what there is now from the beginning. */
  reload(): void {
    this.stop();
    this.isWatched = true;
    this.#pages = [];
    this.#add(null, 'network-only');
    this.#settle();
  }

  #add(after: string | null, policy: RequestPolicy): void {
    this.#pages.push({ after, policy, result: undefined, moved: NONE, stop: undefined });
  }

  /** Settles once for all rows that come and go at the same time. */
  #settleSoon(): void {
    if (this.#isSettling) return;
    this.#isSettling = true;
    queueMicrotask(() => {
      this.#isSettling = false;
      this.#settle();
    });
  }

  /** Begins and ends watches as rows are seen. */
  #settle(): void {
    if (!this.isWatched) return;
    for (const page of this.#pages) {
      const isWanted =
        page === this.#pages[0] ||
        page.result === undefined ||
        rowsOf(page).some(({ slug }) => this.#seen.has(slug));
      if (!isWanted) halt(page);
      else if (!page.stop) this.#read(page);
    }
  }

  #read(page: Page): void {
    const { after, policy } = page;
    const variables = {
      ...this.#window,
      slug: this.#slug,
      first: PAGE_SIZE,
      after,
      withRow: this.#isRoot && after === null,
    };
    const { unsubscribe } = this.#client
      .query(TreeLevelDocument, variables, { requestPolicy: policy })
      .subscribe((result) => {
        page.result = result;
        page.moved = NONE;
        if (!result.stale) {
          page.policy = 'cache-first';
          this.#chain(page);
        }
        // What the cache knows may be older than what other levels show.
        this.#changed(result.stale ? NONE : new Set(rowsOf(page).map(({ id }) => id)));
      });
    page.stop = unsubscribe;
  }

  /** Lets the page after one that was read again begin where that ends now. */
  #chain(page: Page): void {
    const at = this.#pages.indexOf(page) + 1;
    const next = this.#pages[at];
    const info = page.result?.data?.organization?.children?.pageInfo;
    if (at === 0 || !next || !info) return;
    if (info.hasNextPage && info.endCursor !== null) {
      if (next.after === info.endCursor) return;
      halt(next);
      next.after = info.endCursor;
      this.#settleSoon();
    } else {
      for (const rest of this.#pages.splice(at)) halt(rest);
    }
  }
}

function halt(page: Page): void {
  page.stop?.();
  page.stop = undefined;
}
