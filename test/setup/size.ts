/** How much a test that counts tries: little in `npm test`, much in `npm run test:nightly`. */
import { inject } from 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Whether this is the nightly run. */
    nightly: boolean;
  }
}

/** One of two sizes of a test, by the run that it is in. */
export function sized(quick: number, nightly: number): number {
  return inject('nightly') ? nightly : quick;
}
