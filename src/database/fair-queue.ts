/**
 * Slots for work, shared fairly between tenants with deficit round robin by cost. A tenant with a
 * hundred waiting operations gets its turn as often as one with a single operation, and a turn is
 * worth the same cost to both. No tenant can hold all slots, so another need not wait for one to
 * become free.
 */
import { ReusedMap } from '../values/reused-map.ts';

/** The largest share of all slots that one tenant may hold, rounded up. */
const SHARE_MAX = 0.75;

export interface Entry {
  /** The tenant that the operation counts towards. */
  tenant: string;
  /** Its cost, in any unit that is the same for all operations. */
  cost: number;
  start(): void;
}

interface Tenant {
  deficit: number;
  running: number;
  waiting: Entry[];
}

export class FairQueue {
  /** How many operations run at a time. */
  readonly slots: number;
  readonly #slotsPerTenant: number;
  readonly #quantum: number;
  /** Tenants with waiting operations, in the order of their turns. */
  readonly #turns: Tenant[] = [];
  /** In use are those with running or waiting operations. */
  readonly #tenants = new ReusedMap<Tenant>(
    () => ({ deficit: 0, running: 0, waiting: [] }),
    ({ running, waiting }) => running === 0 && waiting.length === 0,
  );
  #running = 0;
  #waiting = 0;
  #restsUntil = 0;
  #isTimed = false;

  /** Runs `slots` operations at a time; a turn is worth `quantum` of cost. */
  constructor({ slots, quantum }: { slots: number; quantum: number }) {
    this.slots = slots;
    this.#slotsPerTenant = Math.ceil(slots * SHARE_MAX);
    this.#quantum = quantum;
  }

  /** Number of running operations. */
  get running(): number {
    return this.#running;
  }

  /** Number of waiting operations. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Number of waiting operations of a tenant. */
  waitingOf(tenant: string): number {
    return this.#tenants.find(tenant)?.waiting.length ?? 0;
  }

  /**
   * Takes a slot if one is free for this tenant and nobody is waiting for it. The caller must call
   * `done` afterwards.
   */
  tryStart(name: string): boolean {
    // An operation that waits although slots are free waits for the end of a rest, or because of
    // its own tenant's share.
    if (this.#running >= this.slots || this.#isTimed || this.#rest() > 0) return false;
    const tenant = this.#tenants.get(name);
    if (tenant.running >= this.#slotsPerTenant) return false;
    this.#start(tenant);
    return true;
  }

  /** Starts the operation immediately or when its turn comes. */
  add(entry: Entry): void {
    if (this.tryStart(entry.tenant)) {
      entry.start();
      return;
    }
    const tenant = this.#tenants.get(entry.tenant);
    if (tenant.waiting.push(entry) === 1) this.#turns.push(tenant);
    this.#waiting++;
    this.#dispatch();
  }

  /** Removes an operation that has not started. */
  remove(entry: Entry): void {
    const tenant = this.#tenants.find(entry.tenant);
    const index = tenant?.waiting.indexOf(entry) ?? -1;
    if (!tenant || index < 0) return;
    tenant.waiting.splice(index, 1);
    this.#waiting--;
    this.#settle(tenant);
  }

  /**
   * Reports that an operation of the tenant has ended. No operation starts for the next `restMs`
   * milliseconds.
   */
  done(name: string, restMs = 0): void {
    const tenant = this.#tenants.get(name);
    tenant.running--;
    this.#running--;
    this.#settle(tenant);
    if (restMs > 0) this.#restsUntil = performance.now() + restMs;
    this.#dispatch();
  }

  #start(tenant: Tenant): void {
    tenant.running++;
    this.#running++;
  }

  #rest(): number {
    return this.#restsUntil === 0 ? 0 : Math.max(0, this.#restsUntil - performance.now());
  }

  #dispatch(): void {
    if (this.#waiting === 0) return;
    const rest = this.#rest();
    if (rest > 0) {
      if (!this.#isTimed) setTimeout(() => this.#wake(), Math.ceil(rest)).unref();
      this.#isTimed = true;
      return;
    }
    while (this.#running < this.slots) {
      const tenant = this.#turns.find(({ running }) => running < this.#slotsPerTenant);
      const next = tenant?.waiting[0];
      if (!tenant || !next) return;
      if (tenant.deficit < next.cost) {
        tenant.deficit += this.#quantum;
        this.#turns.splice(this.#turns.indexOf(tenant), 1);
        this.#turns.push(tenant);
        continue;
      }
      tenant.deficit -= next.cost;
      tenant.waiting.shift();
      this.#waiting--;
      this.#start(tenant);
      this.#settle(tenant);
      next.start();
    }
  }

  #wake(): void {
    this.#isTimed = false;
    this.#dispatch();
  }

  /** A tenant with nothing waiting has no turn and accumulates no credit. */
  #settle(tenant: Tenant): void {
    if (tenant.waiting.length > 0) return;
    tenant.deficit = 0;
    const index = this.#turns.indexOf(tenant);
    if (index >= 0) this.#turns.splice(index, 1);
  }
}
