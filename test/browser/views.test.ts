import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { it } from './setup/fixtures.ts';
import { openDemonstration } from './setup/people.ts';
import { FRAME_OPERATIONS, VIEWS, type View } from './views.ts';

const TELEPHONE_WIDTH = 360;

/** Signs in where it is needed, and waits until the view has its data. */
async function reach(page: Page, { shows: [role, name], isPublic }: View): Promise<void> {
  if (!isPublic) await openDemonstration(page);
  await page.getByRole(role, { name, exact: true }).waitFor();
  await page.getByRole('status', { name: 'Loading…' }).first().waitFor({ state: 'detached' });
}

/** The rules of axe that look at colours. */
const COLOURS = ['color-contrast', 'link-in-text-block'];

/** What axe objects to: the rule, and the elements. */
async function violations(
  page: Page,
  axe = new AxeBuilder({ page }),
): Promise<{ rule: string; elements: string[] }[]> {
  const results = await axe.analyze();
  return results.violations.map(({ id, nodes }) => ({
    rule: id,
    elements: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary ?? ''}`),
  }));
}

/**
 * One visit for all that is to be said of a view, since opening it takes longer than looking at it.
 * Going over to the dark theme changes colours alone.
 */
it.for(VIEWS)(
  'The view $name asks for what it shows in one request, can be used by everybody in both themes, and fits a telephone',
  async (view, { open }) => {
    const { page, operations } = await open(view.address);
    await reach(page, view);
    expect
      .soft(operations.filter((name) => !FRAME_OPERATIONS.includes(name)).toSorted())
      .toEqual(view.operations);
    expect.soft(new Set(operations).size).toBe(operations.length);
    expect.soft(await violations(page), 'in the light theme').toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect
      .soft(
        await violations(page, new AxeBuilder({ page }).withRules(COLOURS)),
        'in the dark theme',
      )
      .toEqual([]);
    await page.setViewportSize({ width: TELEPHONE_WIDTH, height: 800 });
    expect.soft(await page.evaluate('document.documentElement.scrollWidth')).toBe(TELEPHONE_WIDTH);
  },
);

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
