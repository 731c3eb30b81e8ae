/** Reading the addresses in a text that somebody pasted from a mail, a table or a list. */
import { checkAddress, type AddressFault } from './address.ts';

/** Something in the text, and the line that it stands in, counted from 1. */
export interface Found {
  text: string;
  line: number;
}

export interface Duplicate extends Found {
  /** The line in which the address stood first. */
  firstLine: number;
}

export interface BadAddress extends Found {
  fault: AddressFault;
}

export interface Pasted {
  /** Addresses as they were typed, each once, in their order. */
  addresses: string[];
  duplicates: Duplicate[];
  bad: BadAddress[];
}

/** Line breaks of every system. */
const LINES = /\r\n|[\n\r\u2028\u2029]/;

/** Signs without a width, which come along from web pages. */
const INVISIBLE = /[\u200b-\u200d\u2060\ufeff]/g;

/**
 * The parts of a line: a quoted name, an address in angle brackets with whatever directly precedes
 * it as its name if that looks like an address itself, or anything up to a space or separator.
 */
const PARTS =
  /"(?:[^"\\]|\\.)*"(?!@)|(?:[^\s,;<>"]+@[^\s,;<>"]+\s*)?<(?<angle>[^<>]*)>|(?<word>[^\s,;<>"]+|[<>"])/g;

/** Words beside an address, such as a name or a number in a table. */
const NAME = /^[\p{L}\p{M}\p{N}'’`.()-]+$/u;

/**
 * Reads the addresses in a text. They may be separated by spaces, commas, semicolons and line
 * breaks, and may have a name: `Anna Berg <anna@example.com>`. A word without an @ is a name if
 * there is an address in its line, unless it looks like a domain, and a mistake otherwise.
 */
export function readPasted(text: string): Pasted {
  const firstLines = new Map<string, number>();
  const pasted: Pasted = { addresses: [], duplicates: [], bad: [] };
  for (const [index, content] of text.split(LINES).entries()) {
    const line = index + 1;
    for (const part of partsOf(content)) {
      const checked = checkAddress(part);
      if ('fault' in checked) {
        pasted.bad.push({ text: part, line, fault: checked.fault });
        continue;
      }
      const firstLine = firstLines.get(checked.canonical);
      if (firstLine !== undefined) {
        pasted.duplicates.push({ text: part, line, firstLine });
        continue;
      }
      firstLines.set(checked.canonical, line);
      pasted.addresses.push(part);
    }
  }
  return pasted;
}

/** What in a line is meant to be an address. */
function partsOf(line: string): string[] {
  const parts = line
    .replaceAll(INVISIBLE, '')
    .matchAll(PARTS)
    .flatMap(({ groups = {} }) => {
      const { angle, word } = groups;
      if (angle !== undefined) return [{ text: bare(angle.trim()) || '<>', isAngle: true }];
      return word === undefined ? [] : [{ text: bare(word), isAngle: false }];
    })
    .filter(({ text }) => text !== '')
    .toArray();
  const hasAddress = parts.some(({ text, isAngle }) => isAngle || text.includes('@'));
  return parts
    .filter(({ text, isAngle }) => isAngle || !hasAddress || !isName(text))
    .map(({ text }) => text);
}

function isName(word: string): boolean {
  // Initials and titles end with a dot; one inside of a word is that of a domain.
  return NAME.test(word) && !/\S\.\S{2,}/.test(word);
}

/** Without the signs around it: quotes, brackets, and what ends a sentence. */
function bare(text: string): string {
  const inside = text.replace(/^mailto:/i, '').replace(/^[([{“‘„«]+|[)\]}”’»:.!?]+$/g, '');
  return /^'.*'$/.test(inside) ? inside.slice(1, -1) : inside;
}
