/**
 * Compares the database's migrations with those of this version. During a rollout the database may
 * have more of them; the process keeps working with those (docs/decisions/0027-migrations.md) and
 * logs it.
 */
import { sql } from 'kysely';
import { sqlState } from '../errors.ts';
import type { Logger } from '../telemetry/log.ts';
import { isBaseline, isReplaced } from './baseline.ts';
import type { Database } from './connect.ts';
import { one } from './rows.ts';

/** How often a process checks by itself. */
const LOOK_EVERY_MS = 60_000;
/** The pause between two log lines about it. */
const PAUSE_MS = 600_000;
/** How often to try whether the process can still work. */
const TRY_EVERY_MS = 5_000;

export interface SchemaVersionOptions {
  /** Names of the migrations of this version. */
  known: readonly string[];
  log: Logger;
  /**
   * Runs what every request needs. It is called only if the migrations differ, and rejects if the
   * database refuses it.
   */
  tryOut?: () => Promise<unknown>;
}

/** The state of the database's migrations, as `/ready` tells it. */
export interface SchemaState {
  /**
   * `newer`: a newer version has migrated the database, and this one works with it. `missing`: it
   * lacks migrations of this version. `unusable`: it refuses what every request needs.
   */
  state: 'current' | 'newer' | 'missing' | 'unusable' | 'unknown';
  /** Migrations of the database that this version does not know, the first 20. */
  unknown: string[];
  /** Migrations of this version that the database lacks, the first 20. */
  missing: string[];
}

/** Names that `/ready` lists at most. */
const LISTED_MAX = 20;

/** The names of the database's migrations, as one column of a statement. */
export const APPLIED = 'array(select name::text from kysely_migration order by name)';

/** Whether a statement failed because the database has no list of migrations, so it has none. */
export const isUnmigrated = (error: unknown): boolean => sqlState(error) === '42P01';

/** The known state of the database's migrations. */
export class SchemaVersion {
  readonly #options: SchemaVersionOptions;
  readonly #known: ReadonlySet<string>;
  #unknown: string[] = [];
  #missing: string[] = [];
  #refusal: unknown;
  #trying: Promise<void> | undefined;
  #triedAt = -Infinity;
  #loggedAt = -Infinity;

  constructor(options: SchemaVersionOptions) {
    this.#options = options;
    this.#known = new Set(options.known);
  }

  /**
   * Records the names of the database's migrations. Resolves once it is known whether this version
   * can work with them.
   */
  async note(applied: readonly string[]): Promise<void> {
    const has = new Set(applied);
    // A database that version 0.1 migrated lacks the baseline, until it is migrated; what it has is
    // known. Afterwards, version 0.1 finds in the baseline what its own migrations made.
    const isAdopted = applied.some(isBaseline);
    this.#unknown = applied.filter((name) => !this.#known.has(name) && !isReplaced(name));
    this.#missing = this.#options.known.filter(
      (name) => !has.has(name) && !(isAdopted && isReplaced(name)),
    );
    if (this.#unknown.length === 0 && this.#missing.length === 0) {
      this.#refusal = undefined;
      this.#triedAt = this.#loggedAt = -Infinity;
      return;
    }
    if (performance.now() - this.#triedAt >= TRY_EVERY_MS)
      this.#trying ??= this.#try().finally(() => (this.#trying = undefined));
    await this.#trying;
    if (performance.now() - this.#loggedAt >= PAUSE_MS) this.#tell();
  }

  /** Whether the process cannot work with the database as it is. */
  get isUnusable(): boolean {
    return this.#refusal !== undefined;
  }

  /** Whether requests can be served: nothing is missing, and nothing that they need is refused. */
  get isReady(): boolean {
    return !this.isUnusable && this.#missing.length === 0;
  }

  /** The state as data. */
  get state(): SchemaState {
    const state = this.isUnusable
      ? 'unusable'
      : this.#missing.length > 0
        ? 'missing'
        : this.#unknown.length > 0
          ? 'newer'
          : 'current';
    return {
      state,
      unknown: this.#unknown.slice(0, LISTED_MAX),
      missing: this.#missing.slice(0, LISTED_MAX),
    };
  }

  /** The sentence for the operator, without a full stop; empty if nothing is wrong. */
  get line(): string {
    const told = [
      ...(this.#unknown.length > 0
        ? [`has migrations that this version does not know: ${this.#unknown.join(', ')}`]
        : []),
      ...(this.#missing.length > 0
        ? [`lacks migrations of this version: ${this.#missing.join(', ')}`]
        : []),
    ];
    if (told.length === 0) return '';
    return `the database ${told.join(', and ')}${this.isUnusable ? '; this version cannot work with it' : ''}`;
  }

  /** Checks now, through the pool. Rejects if the database cannot be asked. */
  async look(db: Database): Promise<void> {
    const applied = await one(
      db,
      sql<{ applied: string[] }>`select ${sql.raw(APPLIED)} as applied`,
    ).then(
      (row) => row.applied,
      (error: unknown) => {
        if (!isUnmigrated(error)) throw error;
        return [];
      },
    );
    await this.note(applied);
  }

  /** Checks once a minute, through the pool. Returns a function that stops it. */
  watch(db: Database): () => void {
    // An unreachable database is reported elsewhere.
    const look = (): unknown => this.look(db).catch(() => undefined);
    const timer = setInterval(() => void look(), LOOK_EVERY_MS).unref();
    return () => clearInterval(timer);
  }

  async #try(): Promise<void> {
    const wasUnusable = this.isUnusable;
    this.#refusal = await this.#options.tryOut?.().then(
      () => undefined,
      // A table, column or function is missing. Any other error says nothing about the schema.
      (error: unknown) => (sqlState(error)?.startsWith('42') ? error : undefined),
    );
    this.#triedAt = performance.now();
    if (this.isUnusable !== wasUnusable) this.#loggedAt = -Infinity;
  }

  #tell(): void {
    this.#loggedAt = performance.now();
    const { log } = this.#options;
    const differences = { unknown: this.#unknown, missing: this.#missing };
    if (this.isUnusable)
      log.error(
        { ...differences, err: this.#refusal },
        'this version cannot work with the database as it was migrated: run the version that fits',
      );
    else
      log.warn(
        differences,
        'the database is not at the migrations of this version: replace this process soon',
      );
  }
}
