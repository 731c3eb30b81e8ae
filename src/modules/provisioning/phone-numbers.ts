/** The pool of phone numbers, which an operator fills. */
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { many } from '../../database/rows.ts';
import { StartError } from '../../errors.ts';
import { restartPhoneNumberSteps } from './writes.ts';

export interface AddedNumbers {
  added: number;
  /** Numbers that were in the pool already. */
  known: number;
  /** Organizations whose provisioning waited for a number and goes on now. */
  restarted: number;
}

/** Refuses a list that holds anything but numbers in the form of E.164. */
export function requirePhoneNumbers(numbers: readonly string[]): void {
  if (numbers.length === 0) throw new StartError('There is no number to add.');
  const wrong = numbers.find((number) => !/^\+[1-9][0-9]{6,14}$/.test(number));
  if (wrong !== undefined) throw new StartError(`"${wrong}" is no phone number in the form of E.164, e.g. +12025550123.`);
}

/** Adds numbers, all or none. */
export async function addPhoneNumbers(db: Database, numbers: readonly string[]): Promise<AddedNumbers> {
  requirePhoneNumbers(numbers);
  const given = [...new Set(numbers)];
  return db.transaction().execute(async (tx) => {
    const rows = await many(
      tx,
      sql`
        insert into phone_numbers (number) select * from unnest(${given}::text[]) on conflict do nothing returning number`,
    );
    return { added: rows.length, known: given.length - rows.length, restarted: await restartPhoneNumberSteps(tx) };
  });
}
