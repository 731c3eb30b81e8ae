/** Two tabs of one browser: what they share, and what not. */
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { it } from './setup/fixtures.ts';
import { openDemonstration } from './setup/people.ts';
import { ask, type Origin } from './setup/product.ts';

/** Tells a page what a browser with a screen would: headless pages are in front all the time. */
const comeBack = (page: Page): Promise<unknown> =>
  page.evaluate(`dispatchEvent(new Event('blur')), dispatchEvent(new Event('focus'))`);

async function idOf(product: Origin, slug: string): Promise<string> {
  const query = 'query ($slug: String!) { organization(slug: $slug) { id } }';
  const { organization } = await ask<{ organization: { id: string } }>(product, query, { slug });
  return organization.id;
}

describe('Two tabs', () => {
  it('each ask for a credential, which no storage of the browser holds', async ({ open }) => {
    const { page } = await open();
    await openDemonstration(page);
    await page.getByRole('row', { name: 'Cedar North' }).waitFor();
    const other = await page.context().newPage();
    await other.goto('/console/cedar-group');
    await other.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await other.evaluate('JSON.stringify([localStorage, sessionStorage])')).toBe('[{},{}]');
    await other.close();
    await page.getByRole('link', { name: 'Organizations' }).click();
    await page.getByRole('row', { name: 'Cedar North' }).waitFor();
  });

  it('see what was done in the other one when somebody comes back to them', async ({
    open,
    ownProduct,
  }) => {
    const { page } = await open('/console/', { origin: ownProduct.origin });
    await openDemonstration(page);
    await page.getByRole('button', { name: 'Expand Cedar North' }).click();
    await page.getByRole('row', { name: 'Harbor Telecom', exact: true }).waitFor();
    const other = await page.context().newPage();
    await other.goto('/console/cedar-group/organizations/cedar-south/settings');
    await openDemonstration(other);
    await other.getByLabel('Name', { exact: true }).fill('Cedar Further South');
    await other.getByRole('button', { name: 'Save' }).first().click();
    await other.getByRole('heading', { name: 'Cedar Further South', level: 1 }).waitFor();
    expect(await page.getByRole('row', { name: 'Cedar Further South' }).count()).toBe(0);
    await comeBack(page);
    await page.getByRole('row', { name: 'Cedar Further South' }).waitFor();
    // What was moved meanwhile is shown once, where it is.
    const input = {
      id: await idOf(ownProduct, 'harbor-telecom'),
      newParentId: await idOf(ownProduct, 'cedar-south'),
    };
    await ask(
      ownProduct,
      `mutation ($input: MoveOrganizationInput!) {
        moveOrganization(input: $input) { ... on MoveOrganizationPayload { organization { id } } }
      }`,
      { input },
    );
    await page.getByRole('button', { name: 'Expand Cedar Further South' }).click();
    const moved = page.getByRole('row', { name: 'Harbor Telecom', exact: true });
    await expect.poll(async () => await moved.getAttribute('aria-level')).toBe('3');
    await comeBack(page);
    await expect.poll(() => moved.count()).toBe(1);
    await page.getByRole('button', { name: 'Collapse Cedar Further South' }).click();
    await expect.poll(() => moved.count()).toBe(0);
  });

  it('act each in an organization of their own', async ({ open, ownProduct }) => {
    await ask(
      ownProduct,
      `mutation { createOrganization(input: { name: "Dana Alone", slug: "dana-alone" }) {
        ... on CreateOrganizationPayload { organization { id } } } }`,
      {},
      ownProduct.demo.personalAccessToken,
    );
    const { page } = await open('/console/', { origin: ownProduct.origin });
    await openDemonstration(page);
    const other = await page.context().newPage();
    await other.goto('/console/cedar-group');
    await openDemonstration(other);
    const switcher = page.getByRole('button', { name: 'Organization you act in: Cedar Group' });
    await switcher.focus();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('menuitemradio', { name: 'Cedar Group', checked: true }).waitFor();
    await page.keyboard.press('Escape');
    await switcher.click();
    await page.getByRole('menuitemradio', { name: 'Dana Alone' }).click();
    await page.waitForURL('/console/dana-alone');
    await page.getByRole('row', { name: 'Dana Alone' }).waitFor();
    await other.getByRole('row', { name: 'Cedar North' }).waitFor();
    expect(await other.getByRole('row', { name: 'Dana Alone' }).count()).toBe(0);
  });
});
