/** What the connections of one pool know of each other. */
import type { WorkingSessions } from './probe.ts';

/** State that the connections of one pool share. */
export interface Shared {
  sessions: WorkingSessions;
  /** The longest that any statement may take, measured on this side; 0 for no limit. */
  answerMs: number;
  /** Called when a connection was lost or has become unusable. */
  onFault(): void;
  /**
   * Called when a statement prepared on a connection of this age (`performance.now()`) is out of
   * date.
   */
  onStalePlan(connectedAt: number): void;
  /** Whether there was a fault in the last few seconds. */
  isTroubled(): boolean;
}
