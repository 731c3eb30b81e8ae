/** Measures the depth and number of values of a JSON text without parsing it. */

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const [OPENING_BRACKET, CLOSING_BRACKET] = [91, 93];
const [OPENING_BRACE, CLOSING_BRACE] = [123, 125];

/** The size of a JSON text, or the limits of one. */
export interface JsonSize {
  /** Nesting levels of objects and lists. */
  depth: number;
  /** Values in lists and objects; an object or a list counts as one itself. */
  values: number;
}

/**
 * Measures a text, whether or not it is valid JSON, and stops just beyond `maximum`. With the
 * request limits, parsing 480 kB of brackets took the gateway 84 ms, and of members of one object
 * 27 ms. Finding that there are too many takes less than 3 ms.
 */
export function jsonSize(text: string, maximum: JsonSize): JsonSize {
  let depth = 0;
  let deepest = 0;
  let values = 1;
  let isQuoted = false;
  for (let at = 0; at < text.length && deepest <= maximum.depth && values <= maximum.values; at++) {
    const code = text.charCodeAt(at);
    if (isQuoted) {
      if (code === BACKSLASH) at++;
      else if (code === QUOTE) isQuoted = false;
    } else if (code === QUOTE) isQuoted = true;
    else if (code === COMMA) values++;
    else if (code === OPENING_BRACKET || code === OPENING_BRACE) {
      values++;
      deepest = Math.max(deepest, ++depth);
    } else if (code === CLOSING_BRACKET || code === CLOSING_BRACE) depth--;
  }
  return { depth: deepest, values };
}
