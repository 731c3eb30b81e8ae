import { describe, expect } from 'vitest';
import { it } from './setup/fixtures.ts';
import { openDemonstration } from './setup/people.ts';

describe('The day of a person who manages organizations', () => {
  it('leads from signing in over a search to an organization, up the tree and out again', async ({
    open,
  }) => {
    const { page } = await open();
    await openDemonstration(page);
    await page.getByRole('searchbox', { name: 'Search organizations' }).fill('dental east');
    await page.getByRole('option', { name: /^Harbor Dental East/ }).click();
    const row = page.getByRole('row', { name: 'Harbor Dental East' });
    await row.waitFor();
    await row.click();
    await page.getByRole('heading', { name: 'Harbor Dental East', level: 1 }).waitFor();
    for (const name of ['Details', 'Domain', 'Plan and limits', 'Resources', 'Branding'])
      await page.getByRole('heading', { name, exact: true }).waitFor();
    const trail = page.getByRole('navigation', { name: 'Where it is in the tree' });
    await trail.getByRole('link', { name: 'Harbor Telecom' }).click();
    await page.getByRole('heading', { name: 'Harbor Telecom', level: 1 }).waitFor();
    await trail.getByRole('link', { name: 'Organizations' }).click();
    await page.getByRole('row', { name: 'Cedar Group' }).waitFor();
    await page.getByRole('button', { name: /^Account: / }).click();
    await page.getByRole('menuitemradio', { name: 'Dark' }).click();
    expect(await page.getByRole('menuitemradio', { name: 'Dark', checked: true }).count()).toBe(1);
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });
});
