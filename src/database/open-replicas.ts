/** Opens the connections to the standbys of a database. */
import type { Logger } from '../telemetry/log.ts';
import { parseAddress } from './address.ts';
import type { DatabaseClock } from './clock.ts';
import { connect } from './connect.ts';
import { PrimaryPosition } from './primary-position.ts';
import { Replicas } from './replicas.ts';
import { Standby } from './standby.ts';

/** The longest wait for a connection to a standby: the primary has to answer in time as well. */
const POOL_WAIT_MAX_MS = 500;

/** How long the primary may take to say how far its log has come. */
const POSITION_MS = 2_000;

export interface ReplicaOptions {
  /** Addresses of the standbys. */
  urls: readonly string[];
  /** Address of the primary, and whether it leads through a connection pooler. */
  primary: { url: string; isPooled: boolean };
  /** Connections to each standby. */
  poolSize: number;
  poolWaitMs: number;
  statementTimeoutMs: number;
  /** How long a read waits until a standby has replayed what was acknowledged. */
  waitMs: number;
  clock: DatabaseClock;
  log: Logger;
}

/** Opens the standbys. None has to be there: those that cannot answer are looked at until they can. */
export function openReplicas({
  urls,
  primary,
  poolSize,
  poolWaitMs,
  statementTimeoutMs,
  waitMs,
  clock,
  log,
}: ReplicaOptions): Replicas {
  const position = new PrimaryPosition(
    connect({
      url: primary.url,
      isPooled: primary.isPooled,
      poolSize: 1,
      poolWaitMs: POSITION_MS,
      statementTimeoutMs: POSITION_MS,
      log,
    }),
    clock,
  );
  const wait = Math.min(poolWaitMs, POOL_WAIT_MAX_MS);
  const standbys = urls.map(
    (url) =>
      new Standby({
        url,
        name: nameOf(url),
        db: connect({ url, poolSize, poolWaitMs: wait, statementTimeoutMs, log }),
        waitMs,
        position,
        log,
      }),
  );
  return new Replicas(position, standbys);
}

/** The hosts and ports of an address. */
function nameOf(address: string): string {
  return parseAddress(address)
    .urls.map((url) => new URL(url).host)
    .join();
}
