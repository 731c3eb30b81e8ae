/** What a mutant is, and how one is applied. */

/** One guard taken out of the source, and the tests that must notice. */
export interface Mutant {
  /** What nobody would be kept from any more, as part of a sentence. */
  what: string;
  /** Text of the source, whatever its line breaks; it must stand there exactly once (after `after`, if that is given). */
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

/**
 * Matches a text of the source however it is laid out: with any line breaks between its words and
 * signs, and with or without the comma that a list has after its last element on a line of its own.
 */
function layoutOf(text: string): RegExp {
  const tokens = text.match(/[\w$]+|[^\w$\s]/g) ?? [];
  const parts = tokens.map((token, index) => {
    const escaped = token.replace(/[^\w]/g, String.raw`\$&`);
    const isClosing = index > 0 && /[)\]}]/.test(token);
    return isClosing ? `,?${String.raw`\s*`}${escaped}` : escaped;
  });
  return new RegExp(parts.join(String.raw`\s*`), 'g');
}

/** The only place where `text` stands in `source`. Throws a RangeError if there is none, or more than one. */
function onlyPlaceOf(text: string, source: string): RegExpExecArray {
  const places = [...source.matchAll(layoutOf(text))];
  const [place] = places;
  if (!place || places.length > 1)
    throw new RangeError(`"${text}" stands ${places.length} times in the source instead of once`);
  return place;
}

/** The source with the mutant in it. Throws a RangeError that says why, if the mutant no longer fits the source. */
export function mutate(source: string, { from, to, after }: Mutant): string {
  let place: RegExpExecArray | undefined;
  if (after === undefined) place = onlyPlaceOf(from, source);
  else {
    const before = onlyPlaceOf(after, source);
    const start = before.index + before[0].length;
    place = [...source.matchAll(layoutOf(from))].find(({ index }) => index >= start);
    if (!place) throw new RangeError(`"${from}" does not stand behind "${after}"`);
  }
  const mutated = source.slice(0, place.index) + to + source.slice(place.index + place[0].length);
  if (mutated === source) throw new RangeError(`"${from}" is replaced by itself`);
  return mutated;
}
