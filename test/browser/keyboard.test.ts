import type { Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { it } from './setup/fixtures.ts';

/** More stops than any page has before what is looked for. */
const STOPS = 40;

/** Waits until something has the focus. */
const hasFocus = (page: Page, element: Locator): Promise<void> =>
  element.and(page.locator(':focus')).waitFor();

/** Presses Tab until something has the focus. */
async function tabTo(page: Page, element: Locator): Promise<void> {
  await element.waitFor();
  for (let stop = 0; stop < STOPS; stop++) {
    await page.keyboard.press('Tab');
    if ((await element.and(page.locator(':focus')).count()) > 0) return;
  }
  throw new Error(`Tab does not lead to ${String(element)}.`);
}

async function signIn(page: Page): Promise<void> {
  await tabTo(page, page.getByRole('button', { name: 'Open the demonstration' }));
  await page.keyboard.press('Enter');
}

const row = (page: Page, name: string, state: { expanded?: boolean } = {}): Locator =>
  page.getByRole('row', { name, exact: true, ...state });

describe('with the keyboard alone', () => {
  it('one signs in, and walks, opens and closes the tree with the arrows', async ({ open }) => {
    const { page } = await open();
    const { keyboard } = page;
    await signIn(page);
    await tabTo(page, row(page, 'Cedar Group', { expanded: true }));
    await keyboard.press('ArrowDown');
    await hasFocus(page, row(page, 'Cedar Digital'));
    await keyboard.press('ArrowDown');
    await hasFocus(page, row(page, 'Cedar North', { expanded: false }));
    await keyboard.press('ArrowRight');
    await hasFocus(page, row(page, 'Cedar North', { expanded: true }));
    await row(page, 'Harbor Telecom').waitFor();
    await keyboard.press('ArrowDown');
    await hasFocus(page, row(page, 'Harbor Telecom'));
    await keyboard.press('ArrowLeft');
    await hasFocus(page, row(page, 'Cedar North', { expanded: true }));
    await keyboard.press('ArrowLeft');
    await hasFocus(page, row(page, 'Cedar North', { expanded: false }));
    expect(await row(page, 'Harbor Telecom').count()).toBe(0);
    await keyboard.press('End');
    await hasFocus(page, row(page, 'Larch Insurance'));
    await keyboard.press('Home');
    await hasFocus(page, row(page, 'Cedar Group'));
  });

  it('one opens an organization, changes between its parts and comes back', async ({ open }) => {
    const { page } = await open();
    const { keyboard } = page;
    await signIn(page);
    await tabTo(page, row(page, 'Cedar Group'));
    await keyboard.press('ArrowDown');
    await hasFocus(page, row(page, 'Cedar Digital'));
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Cedar Digital', level: 1 }).waitFor();
    const tabs = page.getByRole('navigation', { name: 'Parts of the organization' });
    for (const link of await tabs.getByRole('link').all()) {
      await tabTo(page, link);
      await keyboard.press('Enter');
      await hasFocus(page, link);
      await expect.poll(() => link.getAttribute('aria-current')).toBe('page');
    }
    const trail = page.getByRole('navigation', { name: 'Where it is in the tree' });
    await page.reload();
    await signIn(page);
    await tabTo(page, trail.getByRole('link', { name: 'Organizations' }));
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Organizations', level: 1 }).waitFor();
  });

  it('one searches, chooses with the arrows, and empties the search with Escape', async ({
    open,
  }) => {
    const { page } = await open();
    const { keyboard } = page;
    await signIn(page);
    const field = page.getByRole('searchbox', { name: 'Search organizations' });
    await tabTo(page, field);
    await keyboard.type('dune rob');
    await page.getByRole('option', { name: /^Dune Robotics/ }).waitFor();
    await keyboard.press('ArrowDown');
    await keyboard.press('Enter');
    await hasFocus(page, row(page, 'Dune Robotics'));
    await page.goBack();
    await field.focus();
    await keyboard.press('Escape');
    await row(page, 'Cedar Group').waitFor();
    expect(await field.inputValue()).toBe('');
  });

  it('one skips to the content, and reaches the menu of the account', async ({ open }) => {
    const { page } = await open();
    const { keyboard } = page;
    await signIn(page);
    await row(page, 'Cedar Group').waitFor();
    await page.getByRole('link', { name: 'Skip to the content' }).focus();
    await keyboard.press('Enter');
    await hasFocus(page, page.getByRole('main'));
    await page.keyboard.press('Shift+Tab');
    await hasFocus(page, page.getByRole('button', { name: /^Account: / }));
    await keyboard.press('Enter');
    await page.getByRole('menuitemradio', { name: 'Dark' }).waitFor();
    await keyboard.press('Escape');
    await hasFocus(page, page.getByRole('button', { name: /^Account: / }));
  });

  it('one stays among the filters of the audit log when one of them is taken away', async ({
    open,
    product,
  }) => {
    const address = '/console/cedar-group/organizations/cedar-group/audit';
    const { page } = await open(`${address}?object=${product.demo.organizationId}`);
    await signIn(page);
    await page.getByRole('button', { name: /^No longer only: / }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(address);
    await hasFocus(page, page.getByRole('button', { name: 'Refresh' }));
  });

  it('one asks the audit log for a person whose whole address is typed', async ({ open }) => {
    const address = '/console/cedar-group/organizations/cedar-north/audit?reach=tree';
    const { page } = await open(address);
    await signIn(page);
    await page.getByRole('combobox', { name: 'Person' }).focus();
    await page.keyboard.type('dana.meyer@mail.example');
    await page.getByRole('option', { name: 'Dana Meyer' }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/person=usr_/);
    // An open list of suggestions would hide the rows from everybody who does not see them.
    await page.getByRole('row').nth(1).waitFor();
    expect(await page.getByRole('listbox').count()).toBe(0);
  });
});
