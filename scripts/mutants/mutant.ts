/** What a mutant is, and how one is applied. */

/** One guard taken out of the source, and the tests that must notice. */
export interface Mutant {
  /** What nobody would be kept from any more, as part of a sentence. */
  what: string;
  /** Text of the source; it must stand there exactly once (after `after`, if that is given). */
  from: string;
  to: string;
  /** Where `from` stands more than once: a text that stands once, and the first `from` behind it is meant. */
  after?: string;
  /** The test file that must notice, where it is not the one of the group. */
  tests?: string;
  /** Runs only the tests whose full name (suites and title, joined by " > ") matches this regular expression. */
  only?: string;
}

/** The mutants of one file. */
export interface MutantGroup {
  /** The file that is changed. */
  file: string;
  /** The test file that must notice, unless a mutant names another one. */
  tests: string;
  mutants: readonly Mutant[];
}

/** How often `text` occurs in `source`. */
function occurrences(source: string, text: string): number {
  return source.split(text).length - 1;
}

/** The source with the mutant in it. Throws a RangeError that says why, if the mutant no longer fits the source. */
export function mutate(source: string, { from, to, after }: Mutant): string {
  let start = 0;
  if (after === undefined) {
    const found = occurrences(source, from);
    if (found !== 1) throw new RangeError(`"${from}" stands ${found} times in the source instead of once`);
  } else {
    const found = occurrences(source, after);
    if (found !== 1) throw new RangeError(`"${after}" stands ${found} times in the source instead of once`);
    start = source.indexOf(after) + after.length;
  }
  const place = source.indexOf(from, start);
  if (place < 0) throw new RangeError(`"${from}" does not stand behind "${after ?? ''}"`);
  const mutated = source.slice(0, place) + to + source.slice(place + from.length);
  if (mutated === source) throw new RangeError(`"${from}" is replaced by itself`);
  return mutated;
}
