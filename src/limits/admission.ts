/**
 * Decides which operations may run now. They wait in two queues, both fair between trees. Light
 * operations share a number of slots. Heavy ones run one at a time, because they share one thread
 * with everybody's light ones, and rest in between while others have work
 * (docs/decisions/0023-budgets.md).
 */
import { FairQueue, type Entry } from '../database/fair-queue.ts';
import type { GoneSignal } from './departure.ts';
import { ReusedMap } from '../values/reused-map.ts';
import type { AdmissionSettings } from './budget-settings.ts';
import { Gate, WAITING_PER_CREDENTIAL } from './gate.ts';
import { wait, type Place, type Refusal } from './place.ts';

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

/** The requests of a credential or of a tree that have arrived and were not answered yet. */
interface Arrivals {
  count: number;
}

/** How many operations run and wait in a queue. */
interface QueueLength {
  running: number;
  waiting: number;
}

const lengthOf = ({ running, waiting }: FairQueue): QueueLength => ({ running, waiting });

export class Admission {
  readonly #settings: AdmissionSettings;
  readonly #light: FairQueue;
  readonly #heavy = new FairQueue({ slots: 1, quantum: HEAVY_QUANTUM });
  /** By credential. */
  readonly #gates: ReusedMap<Gate>;
  /** By credential and by tree. */
  readonly #arrivals = new ReusedMap<Arrivals>(
    () => ({ count: 0 }),
    ({ count }) => count === 0,
  );
  /** The last two trees that had light work, newest first. */
  #active: { tree: string; at: number }[] = [];

  constructor(settings: AdmissionSettings) {
    this.#settings = settings;
    this.#light = new FairQueue({ slots: settings.slots, quantum: LIGHT_QUANTUM });
    this.#gates = new ReusedMap(
      () => new Gate(settings.perCredential),
      (gate) => gate.isIdle,
    );
  }

  /**
   * Registers a request of a recently accepted credential on arrival. It is refused before any work
   * is done for it if it could not even wait for its turn. `leave` reports that it was answered.
   */
  arrive(credential: string, tree: string): Place | Refusal {
    const { perCredential, slots } = this.#settings;
    const own = this.#arrivals.get(credential);
    if (own.count >= perCredential + WAITING_PER_CREDENTIAL)
      return { refused: 'credential', limit: perCredential };
    own.count++;
    // A credential that acts in no tree is a tree of its own.
    const all = tree === credential ? { count: 0 } : this.#arrivals.get(tree);
    if (all.count >= slots + WAITING_PER_TREE) {
      own.count--;
      return { refused: 'tree', limit: WAITING_PER_TREE };
    }
    all.count++;
    let left = false;
    return {
      leave: () => {
        if (left) return;
        left = true;
        own.count--;
        all.count--;
      },
    };
  }

  /** Number of operations that wait for a slot. */
  get waiting(): number {
    return this.#light.waiting + this.#heavy.waiting;
  }

  /** The operations in each queue. */
  get queues(): Record<'light' | 'heavy', QueueLength> {
    return { light: lengthOf(this.#light), heavy: lengthOf(this.#heavy) };
  }

  /** Number of credentials with active operations. */
  get credentials(): number {
    return this.#gates.used;
  }

  /**
   * Returns a place when the operation may run, or the reason why it may not. The result is
   * synchronous if there is nothing to wait for.
   */
  enter(operation: Operation): Place | Promise<Place | Refusal> | Refusal {
    if (operation.signal.aborted) return { refused: 'gone', limit: 0 };
    const gate = this.#gates.get(operation.credential);
    if (!gate.tryPass()) return this.#enterLater(operation, gate);
    const queue = this.#queueOf(operation);
    return (
      this.#startNow(operation, gate, queue) ??
      this.#enterQueue(operation, gate, queue, this.#settings.waitMs)
    );
  }

  async #enterLater(operation: Operation, gate: Gate): Promise<Place | Refusal> {
    const { waitMs } = this.#settings;
    const deadline = performance.now() + waitMs;
    const refusal = await gate.pass(waitMs, operation.signal);
    if (refusal) return refusal;
    const queue = this.#queueOf(operation);
    return (
      this.#startNow(operation, gate, queue) ??
      // The process may have been held up for longer than that.
      this.#enterQueue(operation, gate, queue, Math.max(0, deadline - performance.now()))
    );
  }

  /**
   * The queue that an operation belongs to. One statement does not keep the thread busy. So it is
   * heavy only while other trees have light work, which would share the database with it.
   */
  #queueOf({ nodes, tree, isOneStatement }: Operation): FairQueue {
    const isLarge = nodes >= this.#settings.heavyNodes;
    if (!isLarge) this.#note(tree);
    const isHeavy = isLarge && (!isOneStatement || this.#othersThan(tree));
    return isHeavy ? this.#heavy : this.#light;
  }

  /** Returns a place if a slot is free and nobody waits for it. */
  #startNow({ tree }: Operation, gate: Gate, queue: FairQueue): Place | undefined {
    return queue.tryStart(tree) ? this.#place(tree, gate, queue) : undefined;
  }

  async #enterQueue(
    operation: Operation,
    gate: Gate,
    queue: FairQueue,
    waitMs: number,
  ): Promise<Place | Refusal> {
    const refusal =
      this.#tooMany(operation, queue) ?? (await this.#waitInQueue(operation, queue, waitMs));
    if (!refusal) return this.#place(operation.tree, gate, queue);
    gate.leave();
    return refusal;
  }

  #tooMany({ tree }: Operation, queue: FairQueue): Refusal | undefined {
    if (queue.waitingOf(tree) >= WAITING_PER_TREE)
      return { refused: 'tree', limit: WAITING_PER_TREE };
    return this.waiting >= WAITING_MAX ? { refused: 'process', limit: WAITING_MAX } : undefined;
  }

  #waitInQueue(
    { tree, nodes, signal }: Operation,
    queue: FairQueue,
    waitMs: number,
  ): Promise<Refusal | undefined> {
    return wait(waitMs, signal, queue.slots, (start) => {
      const entry: Entry = { tenant: tree, cost: nodes, start };
      queue.add(entry);
      return () => queue.remove(entry);
    });
  }

  /** A place of an operation that has passed the gate and has a slot of the queue. */
  #place(tree: string, gate: Gate, queue: FairQueue): Place {
    const isHeavy = queue === this.#heavy;
    const startedAt = isHeavy ? performance.now() : 0;
    let left = false;
    return {
      leave: () => {
        if (left) return;
        left = true;
        const rests = isHeavy && this.#othersThan(tree);
        queue.done(tree, rests ? (performance.now() - startedAt) * REST_FACTOR : 0);
        gate.leave();
      },
    };
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
