/**
 * What is shown of the tree: the levels that are open, and their rows as nodes. It outlives the view,
 * so that coming back shows the tree as it was left.
 */
import type { Client, CombinedError } from 'urql';
import { Level, type Window } from './level.ts';
import type { Row, TreeNode } from './row.ts';

/** The tree as it is shown. */
export interface TreeSnapshot {
  /** Undefined while it is on its way. */
  root: TreeNode | undefined;
  /** Whether the root is not there for this viewer. */
  isMissing: boolean;
  error: CombinedError | undefined;
  expanded: ReadonlySet<string>;
}

const EMPTY: TreeSnapshot = {
  root: undefined,
  isMissing: false,
  error: undefined,
  expanded: new Set(),
};

export class TreeStore {
  readonly #client: Client;
  readonly #root: string;
  readonly #window: Window;
  readonly #levels = new Map<string, Level>();
  readonly #nodes = new Map<string, TreeNode>();
  readonly #listeners = new Set<() => void>();
  #expanded: ReadonlySet<string>;
  #snapshot = EMPTY;

  /** Slugs are the keys: they never change, and addresses have them. */
  constructor(client: Client, root: string, window: Window) {
    this.#client = client;
    this.#root = root;
    this.#window = window;
    this.#expanded = new Set([root]);
  }

  /** Watches the tree until the returned function is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) {
      for (const slug of this.#expanded) this.#levelOf(slug).start();
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) for (const level of this.#levels.values()) level.stop();
    };
  };

  readonly snapshot = (): TreeSnapshot => this.#snapshot;

  /** Opens exactly these rows. */
  readonly expand = (slugs: Iterable<string>): void => {
    this.#expanded = new Set(slugs);
    for (const slug of this.#expanded) {
      const level = this.#levelOf(slug);
      if (!level.isWatched && this.#listeners.size > 0) level.start();
    }
    this.#changed();
  };

  /** Opens the tree down to the last row of a path, which begins with the root. */
  readonly reveal = (path: readonly Row[]): void => {
    // Those of another path may have been moved since.
    for (const level of this.#levels.values()) level.pinned = undefined;
    for (const [at, { slug }] of path.entries()) {
      const below = path[at + 1];
      if (below) this.#levelOf(slug).pinned = below;
    }
    this.expand([...this.#expanded, ...path.slice(0, -1).map(({ slug }) => slug)]);
  };

  readonly more = (slug: string): void => this.#levels.get(slug)?.more();

  /** Keeps a row below `parent` up to date until the returned function is called. */
  readonly see = (parent: string, slug: string): (() => void) => this.#levelOf(parent).see(slug);

  /** Reads the children of an organization again. */
  readonly reload = (slug: string): void => this.#levels.get(slug)?.reload();

  #levelOf(slug: string): Level {
    let level = this.#levels.get(slug);
    if (!level) {
      level = new Level(this.#client, {
        slug,
        window: this.#window,
        isRoot: slug === this.#root,
        changed: (read) => {
          // An organization is in one place: a level that shows it still was read before it moved.
          if (read.size > 0)
            for (const other of this.#levels.values())
              if (other !== level && other.isWatched) other.dropMoved(read);
          this.#changed();
        },
      });
      this.#levels.set(slug, level);
    }
    return level;
  }

  #changed(): void {
    const level = this.#levels.get(this.#root);
    const row = level?.root;
    this.#snapshot = {
      root: row ? this.#nodeOf(row) : undefined,
      isMissing: level?.isMissing ?? false,
      error: level?.error,
      expanded: this.#expanded,
    };
    for (const listener of this.#listeners) listener();
  }

  /** The node of a row: the one of before if nothing in or below it changed. */
  #nodeOf(row: Row): TreeNode {
    const level = this.#expanded.has(row.slug) ? this.#levels.get(row.slug) : undefined;
    const children = level ? level.rows.map((child) => this.#nodeOf(child)) : [];
    const before = this.#nodes.get(row.slug);
    const node: TreeNode = {
      row,
      children,
      // A row that can be opened has something below it for the component, which opens no others.
      hasMore: level ? level.hasMore : (row.childCount ?? 0) > 0,
      error: level?.error,
    };
    if (
      before?.row === row &&
      before.hasMore === node.hasMore &&
      before.error === node.error &&
      before.children.length === children.length &&
      before.children.every((child, at) => child === children[at])
    )
      return before;
    this.#nodes.set(row.slug, node);
    return node;
  }
}
