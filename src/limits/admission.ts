/**
 * Decides which operations may run now. They wait in two queues, both fair between trees. Light
 * operations share a number of slots. Heavy ones run one at a time, because they share one thread
 * with everybody's light ones, and rest in between while others have work
 * (docs/decisions/0023-budgets.md).
 */
import { FairQueue, type Entry } from '../database/fair-queue.ts';
import type { GoneSignal } from './departure.ts';
import type { AdmissionSettings } from './budget-settings.ts';
import { wait, type Place, type Refusal } from './place.ts';
import { Tally } from './tally.ts';

/**
 * The maximum number of operations that wait behind others of the same credential; more are refused
 * immediately.
 */
const WAITING_PER_CREDENTIAL = 40;
/** The maximum number of operations of one tree that wait for a slot. */
const WAITING_PER_TREE = 200;
/** The maximum number of operations that wait for a slot in this process. */
const WAITING_MAX = 1_000;
/** The number of nodes that a turn in a queue is worth. */
const LIGHT_QUANTUM = 100;
const HEAVY_QUANTUM = 1_000;
/**
 * After a heavy operation, the next one waits this many times as long as it took, if others have
 * work.
 */
const REST_FACTOR = 3;
/** How long work of another tree counts as recent. */
const ACTIVITY_MS = 2_000;

export interface Operation {
  /** The key of the credential, or of the address for an anonymous caller. */
  credential: string;
  /** The key of the tree, or of the credential if it acts in none. */
  tree: string;
  /** The number of objects that it may read, at least 1. */
  nodes: number;
  /** Whether it is one statement, which this process only passes on. */
  isOneStatement?: boolean;
  /** Aborted when the client disconnects. */
  signal: GoneSignal;
}

/** An operation in the queue that it belongs to. */
interface Placed extends Operation {
  isHeavy: boolean;
}

/** How many operations run and wait in a queue. */
interface QueueLength {
  running: number;
  waiting: number;
}

const lengthOf = ({ running, waiting }: FairQueue): QueueLength => ({ running, waiting });

interface Gate {
  inside: number;
  waiting: (() => void)[];
}

export class Admission {
  readonly #settings: AdmissionSettings;
  readonly #light: FairQueue;
  readonly #heavy = new FairQueue({ slots: 1, quantum: HEAVY_QUANTUM });
  readonly #gates = new Map<string, Gate>();
  readonly #arrivals = new Tally();
  /** The last two trees that had light work, newest first. */
  #active: { tree: string; at: number }[] = [];

  constructor(settings: AdmissionSettings) {
    this.#settings = settings;
    this.#light = new FairQueue({ slots: settings.slots, quantum: LIGHT_QUANTUM });
  }

  /**
   * Registers a request of a recently accepted credential on arrival. It is refused before any work
   * is done for it if it could not even wait for its turn. `leave` reports that it was answered.
   */
  arrive(credential: string, tree: string): Place | Refusal {
    const { perCredential, slots } = this.#settings;
    if (this.#arrivals.of(credential) >= perCredential + WAITING_PER_CREDENTIAL)
      return { refused: 'credential', limit: perCredential };
    if (this.#arrivals.of(tree) >= slots + WAITING_PER_TREE)
      return { refused: 'tree', limit: WAITING_PER_TREE };
    return this.#arrivals.add(credential, tree);
  }

  /** Number of operations that wait for a slot. */
  get waiting(): number {
    return this.#light.waiting + this.#heavy.waiting;
  }

  /** The operations in each queue. */
  get queues(): Record<'light' | 'heavy', QueueLength> {
    return { light: lengthOf(this.#light), heavy: lengthOf(this.#heavy) };
  }

  /** Number of credentials with active requests. */
  get credentials(): number {
    return this.#gates.size;
  }

  /**
   * Returns a place when the operation may run, or the reason why it may not. The result is
   * synchronous if there is nothing to wait for.
   */
  enter(operation: Operation): Place | Promise<Place | Refusal> | Refusal {
    if (operation.signal.aborted) return { refused: 'gone', limit: 0 };
    if (!this.#passGate(operation.credential)) return this.#enterLater(operation);
    const placed = this.#placed(operation);
    return this.#startNow(placed) ?? this.#enterQueue(placed, this.#settings.waitMs);
  }

  /**
   * One statement does not keep the thread busy. So it is heavy only while other trees have light
   * work, which would share the database with it.
   */
  #placed(operation: Operation): Placed {
    const isLarge = operation.nodes >= this.#settings.heavyNodes;
    if (!isLarge) this.#note(operation.tree);
    const isHeavy = isLarge && (!operation.isOneStatement || this.#othersThan(operation.tree));
    return { ...operation, isHeavy };
  }

  async #enterLater(operation: Operation): Promise<Place | Refusal> {
    const deadline = performance.now() + this.#settings.waitMs;
    const refusal = await this.#waitAtGate(operation.credential, operation.signal);
    if (refusal) return refusal;
    const placed = this.#placed(operation);
    return (
      this.#startNow(placed) ??
      // The process may have been held up for longer than that.
      this.#enterQueue(placed, Math.max(0, deadline - performance.now()))
    );
  }

  /** Passes the gate if the credential is below its limit of concurrent operations. */
  #passGate(credential: string): boolean {
    const gate = this.#gates.get(credential);
    if (!gate) this.#gates.set(credential, { inside: 1, waiting: [] });
    else if (gate.inside < this.#settings.perCredential) gate.inside++;
    else return false;
    return true;
  }

  /** Waits at the gate, in order of arrival. */
  async #waitAtGate(credential: string, signal: GoneSignal): Promise<Refusal | undefined> {
    const { perCredential, waitMs } = this.#settings;
    const waiting = this.#gates.get(credential)?.waiting ?? [];
    if (waiting.length >= WAITING_PER_CREDENTIAL)
      return { refused: 'credential', limit: perCredential };
    // The leaving operation hands over its place, so `inside` does not change.
    return wait(waitMs, signal, perCredential, (start) => {
      waiting.push(start);
      return () => void waiting.splice(waiting.indexOf(start), 1);
    });
  }

  #leaveGate(credential: string): void {
    const gate = this.#gates.get(credential);
    if (!gate) return;
    const next = gate.waiting.shift();
    if (next) next();
    else if (--gate.inside === 0) this.#gates.delete(credential);
  }

  /** Returns a place if a slot is free and nobody waits for it. */
  #startNow(operation: Placed): Place | undefined {
    return this.#queueOf(operation).tryStart(operation.tree) ? this.#placeOf(operation) : undefined;
  }

  async #enterQueue(operation: Placed, waitMs: number): Promise<Place | Refusal> {
    const refusal = this.#tooMany(operation) ?? (await this.#waitInQueue(operation, waitMs));
    if (!refusal) return this.#placeOf(operation);
    this.#leaveGate(operation.credential);
    return refusal;
  }

  #tooMany(operation: Placed): Refusal | undefined {
    if (this.#queueOf(operation).waitingOf(operation.tree) >= WAITING_PER_TREE)
      return { refused: 'tree', limit: WAITING_PER_TREE };
    return this.waiting >= WAITING_MAX ? { refused: 'process', limit: WAITING_MAX } : undefined;
  }

  #waitInQueue(operation: Placed, waitMs: number): Promise<Refusal | undefined> {
    const queue = this.#queueOf(operation);
    return wait(waitMs, operation.signal, operation.isHeavy ? 1 : this.#settings.slots, (start) => {
      const entry: Entry = { tenant: operation.tree, cost: operation.nodes, start };
      queue.add(entry);
      return () => queue.remove(entry);
    });
  }

  #placeOf(operation: Placed): Place {
    const { isHeavy } = operation;
    const startedAt = isHeavy ? performance.now() : 0;
    let left = false;
    return {
      leave: () => {
        if (left) return;
        left = true;
        this.#queueOf(operation).done(
          operation.tree,
          isHeavy && this.#othersThan(operation.tree)
            ? (performance.now() - startedAt) * REST_FACTOR
            : 0,
        );
        this.#leaveGate(operation.credential);
      },
    };
  }

  #queueOf(operation: Placed): FairQueue {
    return operation.isHeavy ? this.#heavy : this.#light;
  }

  #note(tree: string): void {
    const [newest] = this.#active;
    const at = performance.now();
    if (newest?.tree === tree) newest.at = at;
    else this.#active = newest ? [{ tree, at }, newest] : [{ tree, at }];
  }

  #othersThan(tree: string): boolean {
    const since = performance.now() - ACTIVITY_MS;
    return this.#active.some((other) => other.tree !== tree && other.at > since);
  }
}
