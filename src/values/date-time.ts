/** Points in time, which are accepted exactly as written or not at all. */
import { GraphQLScalarType, Kind } from 'graphql';

const FORM =
  /^(\d{4})-(\d{2})-(\d{2})t(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:z|([+-])(\d{2}):(\d{2}))$/i;

/**
 * The years that RFC 3339, PostgreSQL and JavaScript write alike: four digits, none before year 1.
 */
const EARLIEST = '0001-01-01T00:00:00.000Z';
const LATEST = '9999-12-31T23:59:59.999Z';
const MINUTE_MS = 60_000;

/** Not a `GraphQLError`, because validation would not add the location in the document to it. */
function refused(bound: string): RangeError {
  return new RangeError(`A DateTime ${bound}.`);
}

/** Returns the milliseconds of a fraction. Refuses one that is more precise. */
function milliseconds(fraction: string): number {
  if (/[1-9]/.test(fraction.slice(3)))
    throw refused('is stored in milliseconds; further digits must be zeros');
  return Number(fraction.slice(0, 3).padEnd(3, '0'));
}

/** Returns the time that the text denotes. Throws a sentence with the bound that it violates. */
function parse(value: unknown): Date {
  const [, ...parts] = (typeof value === 'string' && FORM.exec(value)) || [];
  if (parts.length === 0)
    throw refused('must be in RFC 3339 format with an offset, e.g. 2026-03-01T00:00:00Z');
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(0, 6)
    .map(Number);
  if (month < 1 || month > 12) throw refused('must name a month from 01 to 12');
  if (hour > 23 || minute > 59 || second > 59) {
    throw refused(
      'must name a time from 00:00:00 to 23:59:59: midnight begins a day, and leap seconds are not taken',
    );
  }
  const [sign, ...offsetParts] = parts.slice(7);
  const [offsetHour = 0, offsetMinute = 0] = offsetParts.map((part) => Number(part ?? 0));
  if (offsetHour > 23 || offsetMinute > 59)
    throw refused('must have an offset from -23:59 to +23:59');
  const local = new Date(0);
  // Not `Date.UTC`, which maps years below 100 to the 20th century.
  local.setUTCFullYear(year, month - 1, day);
  if (day < 1 || local.getUTCMonth() !== month - 1)
    throw refused('must name a day that exists in its month');
  local.setUTCHours(hour, minute, second, milliseconds(parts[6] ?? ''));
  const offset = (offsetHour * 60 + offsetMinute) * (sign === '-' ? -1 : 1);
  const instant = new Date(local.getTime() - offset * MINUTE_MS);
  if (instant < new Date(EARLIEST) || instant > new Date(LATEST))
    throw refused(`must lie from ${EARLIEST.replace('.000', '')} to ${LATEST}`);
  return instant;
}

/** The scalar `DateTime`: text of RFC 3339 in, UTC with milliseconds out. */
export const DateTimeResolver = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description:
    'An instant, RFC 3339 with an offset, e.g. 2026-03-01T00:00:00Z, in the years 1 to 9999 and in whole milliseconds: further digits ' +
    'must be zeros. Leap seconds and 24:00 are refused. Answers are in UTC with milliseconds.',
  serialize(value) {
    const instant = value instanceof Date ? value : parse(value);
    return instant.toISOString();
  },
  parseValue: parse,
  parseLiteral(node) {
    return parse(node.kind === Kind.STRING ? node.value : undefined);
  },
});
