/** How busy a pool is. */
import type pg from 'pg';
import type { FairQueue } from './fair-queue.ts';

/** Numbers of connections, and of requests that wait for one. */
export interface PoolState {
  max: number;
  idle: number;
  used: number;
  /** Requests that wait for a connection to be opened or returned. */
  waiting: number;
  /** Requests that wait for the turn of their tenant. */
  turns: number;
}

/** The state of a pool whose tenants wait in `turns`, and which keeps so many connections spare. */
export function stateOf(
  { totalCount, idleCount, waitingCount, options }: pg.Pool,
  turns: FairQueue,
  spare: number,
): PoolState {
  return {
    max: options.max,
    idle: idleCount + spare,
    used: totalCount - idleCount - spare,
    waiting: waitingCount,
    turns: turns.waiting,
  };
}
