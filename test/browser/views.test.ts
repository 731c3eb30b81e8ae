import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { it } from './setup/fixtures.ts';
import { openDemonstration } from './setup/people.ts';
import { FRAME_OPERATIONS, VIEWS, type View } from './views.ts';

/** Signs in where it is needed, and waits until the view has its data. */
async function reach(page: Page, { shows: [role, name], isPublic }: View): Promise<void> {
  if (!isPublic) await openDemonstration(page);
  await page.getByRole(role, { name, exact: true }).waitFor();
  await page.getByRole('status', { name: 'Loading…' }).first().waitFor({ state: 'detached' });
}

/** What axe objects to: the rule, and the elements. */
async function violations(page: Page): Promise<{ rule: string; elements: string[] }[]> {
  const results = await new AxeBuilder({ page }).analyze();
  return results.violations.map(({ id, nodes }) => ({
    rule: id,
    elements: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary ?? ''}`),
  }));
}

describe.for(VIEWS)('The view $name', (view) => {
  it.for(['light', 'dark'] as const)(
    'can be used by everybody in the %s theme',
    async (colorScheme, { open }) => {
      const { page } = await open(view.address, { colorScheme });
      await reach(page, view);
      expect(await violations(page)).toEqual([]);
    },
  );

  it('fits a telephone', async ({ open }) => {
    const { page } = await open(view.address, { width: 360 });
    await reach(page, view);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  });

  it('asks the gateway for what it shows in one request', async ({ open }) => {
    const { page, operations } = await open(view.address);
    await reach(page, view);
    expect(operations.filter((name) => !FRAME_OPERATIONS.includes(name)).toSorted()).toEqual(
      view.operations,
    );
    expect(new Set(operations).size).toBe(operations.length);
  });
});

describe('Going on from a view', () => {
  it('asks once for the rows below another, however many they are', async ({ open }) => {
    const { page, operations } = await open('/console/cedar-group');
    await openDemonstration(page);
    await page.getByRole('button', { name: 'Expand Cedar Digital' }).click();
    await page.getByRole('row', { name: 'Cedar Digital', expanded: true }).waitFor();
    await expect.poll(() => page.getByRole('row').count()).toBeGreaterThan(15);
    expect(operations.slice(-1)).toEqual(['TreeLevel']);
    expect(operations.filter((name) => name === 'TreeLevel')).toHaveLength(2);
  });

  it('asks for nothing again that the next view shares with it', async ({ open }) => {
    const { page, operations } = await open('/console/cedar-group/organizations/cedar-north');
    await openDemonstration(page);
    await page.getByRole('heading', { name: 'Details' }).waitFor();
    const before = operations.length;
    const tabs = page.getByRole('navigation', { name: 'Parts of the organization' });
    await tabs.getByRole('link', { name: 'Members' }).click();
    await page.getByRole('grid', { name: 'Members' }).waitFor();
    expect(operations.slice(before)).toEqual(['Members']);
  });
});

describe('The table of views', () => {
  it('has every tab of an organization', async ({ open }) => {
    const { page } = await open('/console/cedar-group/organizations/cedar-north');
    await openDemonstration(page);
    const tabs = page.getByRole('navigation', { name: 'Parts of the organization' });
    await tabs.getByRole('link', { name: 'Overview' }).waitFor();
    const shown: string[] = [];
    for (const link of await tabs.getByRole('link').all())
      shown.push((await link.getAttribute('href')) ?? '');
    const listed = new Set(VIEWS.map(({ address }) => path.basename(address)));
    expect(shown.length).toBeGreaterThan(1);
    expect(shown.filter((address) => !listed.has(path.basename(address)))).toEqual([]);
  });
});
