/** When a new credential stops working. */

/** Never, with the caller's own credential, in some days, or on a day that is typed. */
export type Expiry = 'never' | 'own' | '30' | '90' | '365' | 'day';

const DAYS = ['30', '90', '365'] as const;

/**
 * What can be chosen. A credential that was made with one that expires must not outlive it: then
 * "never" is missing, and so are periods that would be longer.
 */
export function expiryChoices(bound: string | null, now: Date): Expiry[] {
  const periods = DAYS.filter(
    (days) => bound === null || endOfDayAfter(days, now) <= new Date(bound),
  );
  return [...(bound === null ? (['never'] as const) : (['own'] as const)), ...periods, 'day'];
}

/**
 * The instant of a choice; null for never, undefined while there is none. Periods and days end with
 * the day, in the zone of the browser: so the same choice is the same input when it is tried again.
 */
export function expiryOf(
  choice: Expiry,
  { day, bound, now }: { day: string; bound: string | null; now: Date },
): string | null | undefined {
  if (choice === 'never') return null;
  if (choice === 'own') return bound ?? undefined;
  if (choice !== 'day') return endOfDayAfter(choice, now).toISOString();
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day);
  if (!match) return undefined;
  const [, year, month, date] = match.map(Number) as [number, number, number, number];
  const end = new Date(year, month - 1, date, 23, 59, 59);
  // The constructor takes a 31st of June for the 1st of July.
  return end.getMonth() === month - 1 && end.getDate() === date ? end.toISOString() : undefined;
}

function endOfDayAfter(days: string, now: Date): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + Number(days), 23, 59, 59);
}
