import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { it } from './setup/fixtures.ts';
import { openDemonstration } from './setup/people.ts';

const ADDRESS = '/console/cedar-group/organizations/cedar-group/members';

/** The names of the members that are shown, from the first to the last. */
const names = (page: Page): Promise<string[]> =>
  page
    .getByRole('grid', { name: 'Members' })
    .getByRole('rowheader')
    .locator('bdi')
    .filter({ hasNotText: '@' })
    .allTextContents();

const byName = (list: readonly string[]): string[] =>
  list.toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));

const sortOf = (page: Page, column: string): Promise<string | null> =>
  page.getByRole('columnheader', { name: column }).getAttribute('aria-sort');

describe('The members of an organization', () => {
  it('are sorted by name at the head of the column, with the keyboard, and back', async ({
    open,
  }) => {
    const { page } = await open(ADDRESS);
    await openDemonstration(page);
    const head = page.getByRole('columnheader', { name: 'Person' });
    await head.waitFor();
    const asJoined = await names(page);
    expect(asJoined.length).toBeGreaterThan(5);
    expect(byName(asJoined)).not.toEqual(asJoined);
    expect([await sortOf(page, 'Joined'), await sortOf(page, 'Person')]).toEqual([
      'ascending',
      'none',
    ]);
    await head.focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(`**${ADDRESS}?sort=name`);
    await expect.poll(() => names(page)).toEqual(byName(asJoined));
    await expect.poll(() => sortOf(page, 'Person')).toBe('ascending');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**${ADDRESS}?sort=name-desc`);
    await expect.poll(() => names(page)).toEqual(byName(asJoined).toReversed());
    await page.goBack();
    await page.goBack();
    await expect.poll(() => names(page)).toEqual(asJoined);
    expect(await sortOf(page, 'Person')).toBe('none');
  });

  it('are in the order of the address, and in the usual one if it names none that there is', async ({
    open,
  }) => {
    const { page } = await open(`${ADDRESS}?sort=name-desc`);
    await openDemonstration(page);
    await page.getByRole('columnheader', { name: 'Person' }).waitFor();
    const shown = await names(page);
    expect(shown).toEqual(byName(shown).toReversed());
    await page.getByRole('columnheader', { name: 'Joined' }).click();
    await page.waitForURL((url) => url.pathname === ADDRESS && url.search === '');
    await expect.poll(() => sortOf(page, 'Joined')).toBe('ascending');
    const other = await open(`${ADDRESS}?sort=shoe-size`);
    await openDemonstration(other.page);
    await other.page.getByRole('columnheader', { name: 'Person' }).waitFor();
    expect(await sortOf(other.page, 'Joined')).toBe('ascending');
  });
});
