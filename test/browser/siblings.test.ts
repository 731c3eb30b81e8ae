import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { it } from './setup/fixtures.ts';
import { openDemonstration } from './setup/people.ts';
import type { Product } from './setup/product.ts';

const SIBLINGS = 230;
const PAGE_SIZE = 50;

const nameOf = (number: number): string => `Sibling ${String(number).padStart(4, '0')}`;
const row = (page: Page, name: string) => page.getByRole('row', { name, exact: true });

/** Creates an organization with many below it. */
async function plant(product: Product, slug: string): Promise<void> {
  await product.run(
    `insert into organizations (slug, name, parent_id)
    select $1, $1, id from organizations where slug = $2`,
    [slug, product.demo.organizationSlug],
  );
  await product.run(
    `insert into organizations (slug, name, parent_id)
    select $1 || '-' || n, 'Sibling ' || lpad(n::text, 4, '0'), o.id
    from organizations o, generate_series(1, $2::integer) as n
    where o.slug = $1`,
    [slug, SIBLINGS],
  );
}

/** Scrolls down, a screen at a time, until the row is there. */
async function scrollTo(page: Page, name: string): Promise<void> {
  const tree = page.getByRole('treegrid');
  await expect
    .poll(async () => {
      if (await row(page, name).count()) return true;
      await tree.evaluate((element) => element.scrollBy(0, element.clientHeight - 100));
      return false;
    })
    .toBe(true);
}

/** The names of all siblings, in the order in which they are shown. */
async function siblings(page: Page): Promise<string[]> {
  const tree = page.getByRole('treegrid');
  const names = new Set<string>();
  await tree.evaluate((element) => element.scrollTo(0, 0));
  await expect
    .poll(async () => {
      const shown = await page.getByRole('row').evaluateAll((rows) =>
        rows
          .map((one) => ({
            name: one.getAttribute('aria-label') ?? '',
            top: one.getBoundingClientRect().top,
          }))
          .sort((left, right) => left.top - right.top)
          .map(({ name }) => name),
      );
      for (const name of shown) if (name.startsWith('Sibling')) names.add(name);
      await tree.evaluate((element) => element.scrollBy(0, element.clientHeight - 100));
      return names.has(nameOf(SIBLINGS));
    })
    .toBe(true);
  return [...names];
}

describe('An organization with many below it', () => {
  it('asks for those on the screen alone when one more is created, and leaves out none', async ({
    open,
    ownProduct,
  }) => {
    const slug = 'many-siblings';
    await plant(ownProduct, slug);
    const { page, operations } = await open('/console/', { origin: ownProduct.origin });
    await openDemonstration(page);
    await page.getByRole('button', { name: `Expand ${slug}`, exact: true }).click();
    await scrollTo(page, nameOf(SIBLINGS));
    const levels = () => operations.filter((name) => name === 'TreeLevel').length;
    expect(levels()).toBe(1 + Math.ceil(SIBLINGS / PAGE_SIZE));

    const before = levels();
    await page.getByRole('treegrid').evaluate((element) => element.scrollTo(0, 0));
    await page.getByRole('button', { name: `New organization below ${slug}`, exact: true }).click();
    const creation = page.getByRole('dialog', { name: 'New organization' });
    await creation.getByRole('textbox', { name: 'Name' }).fill('Sibling 0001 and a half');
    await creation.getByRole('button', { name: 'Create organization' }).click();
    await page.getByRole('button', { name: 'Done' }).click();
    await row(page, 'Sibling 0001 and a half').waitFor();
    await page.waitForLoadState('networkidle');
    expect(levels() - before).toBeLessThanOrEqual(3);

    const names = await siblings(page);
    expect(names).toHaveLength(SIBLINGS + 1);
    expect(names).toEqual([...names].sort());
  });
});
