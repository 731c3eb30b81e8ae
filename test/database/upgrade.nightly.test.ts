/** The long form of `upgrade.test.ts`: a database of its own for each earlier migration. */
import { expect, it } from 'vitest';
import { allMigrations, expectSound, PLANTED, upgradeFrom } from './earlier.ts';

it.each(await allMigrations())(
  'What was written after %s is sound after those that follow',
  async (name) => {
    const { database, metered, audited } = await upgradeFrom([name]);
    expect(await expectSound(database)).toEqual({
      organizations: PLANTED,
      events: audited.length,
      metered: metered.length * 4,
    });
    await database.close();
  },
);
