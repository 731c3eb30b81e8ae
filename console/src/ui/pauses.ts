/** How long to wait between looks at something that others finish. */
const FIRST_MS = 2_000;
const LONGEST_MS = 60_000;
const GROWTH = 1.5;

/** Milliseconds before a look, counted from 0: what is not finished soon may take hours. */
export const pauseBefore = (look: number): number =>
  Math.min(Math.round(FIRST_MS * GROWTH ** look), LONGEST_MS);
