/** The pool of phone numbers, which an operator fills. */
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { many } from '../../database/rows.ts';
import { ConfigurationError } from '../../errors.ts';
import { restartPhoneNumberSteps } from './writes.ts';

export interface AddedNumbers {
  added: number;
  /** The number of phone numbers that were already in the pool. */
  known: number;
  /** The number of organizations whose provisioning waited for a phone number and now continues. */
  restarted: number;
}

/** Refuses a list that contains anything but phone numbers in E.164 format. */
export function requirePhoneNumbers(numbers: readonly string[]): void {
  if (numbers.length === 0) throw new ConfigurationError('There are no numbers to add.');
  const wrong = numbers.find((number) => !/^\+[1-9][0-9]{6,14}$/.test(number));
  if (wrong !== undefined)
    throw new ConfigurationError(
      `"${wrong}" is not a phone number in E.164 format, e.g. +12025550123.`,
    );
}

/** Adds phone numbers, all or none. */
export async function addPhoneNumbers(
  db: Database,
  numbers: readonly string[],
): Promise<AddedNumbers> {
  requirePhoneNumbers(numbers);
  const distinct = [...new Set(numbers)];
  return db.transaction().execute(async (tx) => {
    const rows = await many(
      tx,
      sql`
        insert into phone_numbers (number) select * from unnest(${distinct}::text[])
          on conflict do nothing returning number`,
    );
    return {
      added: rows.length,
      known: distinct.length - rows.length,
      restarted: await restartPhoneNumberSteps(tx),
    };
  });
}
