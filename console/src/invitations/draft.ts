/** What somebody typed to invite people. It outlives the dialog, so that closing it loses nothing. */
import { OUTCOME_KINDS, type Outcome } from './outcome.ts';

export interface Draft {
  text: string;
  /** Ids of roles; undefined until they were chosen. */
  roles: readonly string[] | undefined;
}

export const EMPTY_DRAFT: Draft = { text: '', roles: undefined };

/** Outcomes after which there is nothing left to do for an address. */
const SETTLED = new Set(['INVITED', 'ALREADY_MEMBER', 'INVITATION_EXISTS']);

/** Addresses that were not invited and could be, after a correction or later. */
export function unsettled(outcomes: readonly Outcome[], waiting: readonly string[]): string[] {
  return [
    ...outcomes.filter(({ kind }) => !SETTLED.has(kind)).map(({ email }) => email),
    ...waiting,
  ];
}

/** Outcomes with those first that somebody should look at. */
export function byUrgency(outcomes: readonly Outcome[]): Outcome[] {
  return OUTCOME_KINDS.flatMap((kind) => outcomes.filter((outcome) => outcome.kind === kind));
}
