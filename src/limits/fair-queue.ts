/**
 * Slots for work, handed out fairly between tenants: deficit round robin by cost. A tenant with a hundred operations
 * waiting gets its turn as often as one with a single one, and a turn is worth the same amount of cost to both.
 */

export interface Entry {
  /** Who the operation is counted for. */
  tenant: string;
  /** What it costs, in any unit that is the same for all. */
  cost: number;
  start(): void;
}

interface Tenant {
  name: string;
  deficit: number;
  waiting: Entry[];
}

export class FairQueue {
  readonly #slots: number;
  readonly #quantum: number;
  /** Tenants that have something waiting, in the order of their turns. */
  readonly #turns: Tenant[] = [];
  readonly #tenants = new Map<string, Tenant>();
  #running = 0;
  #waiting = 0;
  #restsUntil = 0;
  #isTimed = false;

  /** `slots` operations run at a time; a turn is worth `quantum` of cost. */
  constructor({ slots, quantum }: { slots: number; quantum: number }) {
    this.#slots = slots;
    this.#quantum = quantum;
  }

  /** Operations that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Operations of a tenant that wait. */
  waitingOf(tenant: string): number {
    return this.#tenants.get(tenant)?.waiting.length ?? 0;
  }

  /** Takes a slot if one is free and nobody waits for it; whoever gets it says when it is `done`. */
  tryStart(): boolean {
    if (this.#waiting > 0 || this.#running >= this.#slots || this.#rest() > 0) return false;
    this.#running++;
    return true;
  }

  /** Starts the operation at once or when its turn comes. */
  add(entry: Entry): void {
    if (this.tryStart()) {
      entry.start();
      return;
    }
    let tenant = this.#tenants.get(entry.tenant);
    if (!tenant) {
      tenant = { name: entry.tenant, deficit: 0, waiting: [] };
      this.#tenants.set(entry.tenant, tenant);
      this.#turns.push(tenant);
    }
    tenant.waiting.push(entry);
    this.#waiting++;
    this.#dispatch();
  }

  /** Takes back an operation that has not started. */
  remove(entry: Entry): void {
    const tenant = this.#tenants.get(entry.tenant);
    const index = tenant?.waiting.indexOf(entry) ?? -1;
    if (!tenant || index < 0) return;
    tenant.waiting.splice(index, 1);
    this.#waiting--;
    if (tenant.waiting.length === 0) this.#leave(tenant);
  }

  /** An operation has ended; nothing starts for `restMs` milliseconds. */
  done(restMs = 0): void {
    this.#running--;
    if (restMs > 0) this.#restsUntil = performance.now() + restMs;
    this.#dispatch();
  }

  #rest(): number {
    return this.#restsUntil === 0 ? 0 : Math.max(0, this.#restsUntil - performance.now());
  }

  #dispatch(): void {
    const rest = this.#waiting > 0 ? this.#rest() : 0;
    if (rest > 0) {
      if (!this.#isTimed) setTimeout(() => this.#wake(), Math.ceil(rest)).unref();
      this.#isTimed = true;
      return;
    }
    while (this.#running < this.#slots) {
      const tenant = this.#turns[0];
      const next = tenant?.waiting[0];
      if (!tenant || !next) return;
      if (tenant.deficit < next.cost) {
        tenant.deficit += this.#quantum;
        this.#turns.push(tenant);
        this.#turns.shift();
        continue;
      }
      tenant.deficit -= next.cost;
      tenant.waiting.shift();
      this.#waiting--;
      if (tenant.waiting.length === 0) this.#leave(tenant);
      this.#running++;
      next.start();
    }
  }

  #wake(): void {
    this.#isTimed = false;
    this.#dispatch();
  }

  /** A tenant without anything waiting saves nothing up. */
  #leave(tenant: Tenant): void {
    this.#tenants.delete(tenant.name);
    const index = this.#turns.indexOf(tenant);
    if (index >= 0) this.#turns.splice(index, 1);
  }
}
