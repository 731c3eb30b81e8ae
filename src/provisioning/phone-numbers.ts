/** The pool of phone numbers, which an operator fills. */
import { sql } from 'kysely';
import type { Database } from '../database/connect.ts';
import { StartError } from '../errors.ts';
import { restartPhoneNumberSteps } from './write-store.ts';

export interface AddedNumbers {
  added: number;
  /** Numbers that were in the pool already. */
  known: number;
  /** Organizations whose provisioning waited for a number and goes on now. */
  restarted: number;
}

/** Adds numbers in the form of E.164, e.g. +12025550123. Refuses the whole list if one is malformed. */
export async function addPhoneNumbers(db: Database, numbers: readonly string[]): Promise<AddedNumbers> {
  const wrong = numbers.find((number) => !/^\+[1-9][0-9]{6,14}$/.test(number));
  if (wrong !== undefined) throw new StartError(`"${wrong}" is no phone number in the form of E.164, e.g. +12025550123.`);
  const given = [...new Set(numbers)];
  return db.transaction().execute(async (tx) => {
    const { rows } = await sql`
      insert into phone_numbers (number) select * from unnest(${given}::text[]) on conflict do nothing returning number`.execute(tx);
    return { added: rows.length, known: given.length - rows.length, restarted: await restartPhoneNumberSteps(tx) };
  });
}
