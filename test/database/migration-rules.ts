/** What a migration may not do while gateways of the version before serve (docs/decisions/0027-migrations.md). */

/** The statements, without comments and without the bodies of functions and texts. */
const bare = (text: string): string =>
  text
    .replace(/--[^\n]*/g, '')
    .replace(/\$(\w*)\$[^]*?\$\1\$/g, "''")
    .replace(/'(?:[^']|'')*'/g, "''")
    .toLowerCase();

const names = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, name = '']) => name);

/** Statements that take away what the version before uses. */
const CONTRACTS =
  /\b(drop (table|view|function|column|trigger|type)|rename (column|to)|alter( column)? \w+ (set data )?type|set not null|alter( column)? \w+ drop default)\b/;

/** Which rules a migration breaks; none for a good one. */
export function brokenRules(text: string): string[] {
  const sql = bare(text);
  const made = new Set(names(sql, /\bcreate (?:unlogged )?table (?:if not exists )?(\w+)/g));
  const locked = new Set([
    ...names(sql, /\balter table (?:if exists )?(?:only )?(\w+)/g),
    ...names(sql, /\bcreate (?:unique )?index (?:\w+ )?on (?:only )?(\w+)/g),
    ...names(sql, /\b(?:create|drop) (?:or replace )?(?:constraint )?trigger \w+[^;]*? on (\w+)/g),
    ...names(sql, /\block (?:table )?([\w, ]+?) in\b/g).flatMap((list) => list.split(/, */)),
  ]);
  const tables = [...locked].filter((table) => !made.has(table));
  const contracts = CONTRACTS.exec(sql)?.[0];
  return [
    ...(tables.length > 1 ? [`locks ${tables.join(' and ')}: one table per file`] : []),
    ...(contracts !== undefined && !/^-- Contract: \S/m.test(text)
      ? [`"${contracts}" without a line "-- Contract: <which version stopped using it>"`]
      : []),
    ...(/\bset (local |session )?lock_timeout\b/.test(sql)
      ? ['sets lock_timeout, which is for the runner to set']
      : []),
  ];
}
