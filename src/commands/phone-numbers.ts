/** `banyan phone-numbers add`: fills the pool that provisioning takes phone numbers from. */
import { text } from 'node:stream/consumers';
import { addPhoneNumbers, requirePhoneNumbers } from '../modules/provisioning/phone-numbers.ts';
import { withDatabase } from './run.ts';
import type { Terminal } from './terminal.ts';

/** Adds the numbers given, or those that are piped in; organizations that waited for one go on. */
export async function addToPool(terminal: Terminal, listed: readonly string[]): Promise<void> {
  const numbers =
    listed.length > 0
      ? [...listed]
      : (await text(terminal.input)).split(/\s+/).filter((line) => line !== '');
  requirePhoneNumbers(numbers);
  await withDatabase(terminal, async ({ db }) => {
    const { added, known, restarted } = await addPhoneNumbers(db, numbers);
    terminal.print(
      `Added ${added} numbers to the pool; ${known} were in it already. ${restarted} organizations get theirs now.`,
    );
  });
}
