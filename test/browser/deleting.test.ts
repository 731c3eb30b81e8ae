import { describe, expect } from 'vitest';
import { it } from './setup/fixtures.ts';
import { openDemonstration } from './setup/people.ts';
import { ask, type Origin } from './setup/product.ts';

interface Child {
  slug: string;
  name: string;
  descendantCount: number;
  people: { boundedCount: { value: number; isExact: boolean } };
}

/** An organization of the demonstration with several below it. */
async function parentIn(product: Origin): Promise<Child> {
  const { organization } = await ask<{ organization: { children: { nodes: Child[] } } }>(
    product,
    `{ organization { children(first: 50) { nodes {
      slug name descendantCount people { boundedCount { value isExact } }
    } } } }`,
  );
  const found = organization.children.nodes.find(({ descendantCount }) => descendantCount > 1);
  if (!found) throw new RangeError('no organization of the demonstration has any below it');
  return found;
}

describe('Deleting an organization', () => {
  it('tells how many organizations and people go along, and waits for its slug', async ({
    open,
    product,
  }) => {
    const { slug, name, descendantCount, people } = await parentIn(product);
    expect(people.boundedCount).toEqual({ value: expect.any(Number), isExact: true });
    const { page } = await open(
      `/console/${product.demo.organizationSlug}/organizations/${slug}/settings`,
    );
    await openDemonstration(page);
    await page.getByRole('button', { name: 'Delete…' }).click();
    const dialog = page.getByRole('alertdialog', { name: `Delete ${name}?` });
    const facts = dialog.getByRole('region', { name: 'What goes along' }).getByRole('definition');
    await expect
      .poll(() => facts.allTextContents())
      .toEqual([String(descendantCount + 1), String(people.boundedCount.value)]);
    const confirm = dialog.getByRole('button', {
      name: `Delete ${descendantCount + 1} organizations`,
    });
    const typed = dialog.getByLabel(`Type ${slug} to confirm`);
    expect(await confirm.isDisabled()).toBe(true);
    await typed.fill('another-one');
    await dialog.getByText('This is not the slug.').waitFor();
    await page.keyboard.press('Enter');
    expect(await confirm.isDisabled()).toBe(true);
    await typed.fill(slug);
    await expect.poll(() => confirm.isDisabled()).toBe(false);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect((await parentIn(product)).slug).toBe(slug);
  });
});
