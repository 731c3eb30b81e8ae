/** The children of one organization, page by page. Each page stays up to date while it is watched. */
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
  stop(): void;
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

  /** Watches the pages that were read before, or reads the first one. */
  start(): void {
    const afters = this.#pages.map(({ after }) => after);
    this.#pages = [];
    for (const after of afters.length > 0 ? afters : [null])
      this.#watch(after, 'cache-and-network');
  }

  stop(): void {
    for (const page of this.#pages) page.stop();
    this.isWatched = false;
  }

  /** Reads the next page, unless one is on its way. */
  more(): void {
    const info = this.#pages.at(-1)?.result?.data?.organization?.children?.pageInfo;
    if (info?.hasNextPage === true && info.endCursor !== null)
      this.#watch(info.endCursor, 'cache-first');
  }

  /**
   * Reads the pages again that show rows which were read elsewhere since: they were moved there, or
   * moved back.
   */
  dropMoved(ids: ReadonlySet<string>): void {
    if (this.pinned && ids.has(this.pinned.id)) this.pinned = undefined;
    const moved = this.#pages.filter((page) => rowsOf(page).some(({ id }) => ids.has(id)));
    for (const page of moved) {
      const stop = page.stop;
      page.moved = ids;
      this.#read(page, 'network-only');
      stop();
    }
  }

  /** Reads what there is now from the beginning. */
  reload(): void {
    this.stop();
    this.#pages = [];
    this.#watch(null, 'network-only');
  }

  #watch(after: string | null, requestPolicy: RequestPolicy): void {
    this.isWatched = true;
    const page: Page = { after, result: undefined, moved: NONE, stop: () => undefined };
    this.#pages.push(page);
    this.#read(page, requestPolicy);
  }

  #read(page: Page, requestPolicy: RequestPolicy): void {
    const { after } = page;
    const variables = {
      ...this.#window,
      slug: this.#slug,
      first: PAGE_SIZE,
      after,
      withRow: this.#isRoot && after === null,
    };
    const { unsubscribe } = this.#client
      .query(TreeLevelDocument, variables, { requestPolicy })
      .subscribe((result) => {
        page.result = result;
        page.moved = NONE;
        // What the cache knows may be older than what other levels show.
        this.#changed(result.stale ? NONE : new Set(rowsOf(page).map(({ id }) => id)));
      });
    page.stop = unsubscribe;
  }
}
