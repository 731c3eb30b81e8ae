/** Tables as comma-separated values. */

/** Texts that spreadsheets would run, also with signs of full width. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/;

/** A text that somebody may have chosen, or a number, which is written as it is. */
export type CsvCell = string | { number: string | number } | null;

/**
 * Writes a table as RFC 4180 has it: lines end with CR LF, and cells with commas, quotes or line
 * breaks are quoted. A text that a spreadsheet would take for a formula begins with an apostrophe.
 */
export function toCsv(header: readonly string[], rows: Iterable<readonly CsvCell[]>): string {
  return [header, ...rows].map((row) => `${row.map(cellText).join(',')}\r\n`).join('');
}

function cellText(cell: CsvCell): string {
  if (cell === null) return '';
  if (typeof cell === 'object') return String(cell.number);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
