import { describe, expect } from 'vitest';
import { it } from './setup/fixtures.ts';
import { openDemonstration } from './setup/people.ts';
import { ask } from './setup/product.ts';

/** Names that would do harm, or confuse, where they are taken for more than text. */
const NAMES = [
  ['markup', `<img src=x onerror="alert(1)"><script>alert(2)</script>`],
  ['an address of script', 'javascript&colon;alert(1)'],
  ['the other direction', 'אבג 123 דה'],
] as const;

describe('An organization whose name has', () => {
  it.for(NAMES)(
    '%s is shown as it was typed, and nothing else happens',
    async ([what, name], { open, product }) => {
      const slug = `named-${what.replaceAll(' ', '-')}`;
      await ask(
        product,
        `mutation ($input: CreateOrganizationInput!) {
        createOrganization(input: $input) { __typename ... on UserError { message } }
      }`,
        { input: { parentId: product.demo.organizationId, name, slug } },
      );
      const { page } = await open(`/console/cedar-group?at=${slug}`);
      await openDemonstration(page);
      const row = page.getByRole('row', { name, exact: true });
      await row.getByText(name, { exact: true }).waitFor();
      await row.click();
      const heading = page.getByRole('heading', { level: 1 });
      await expect.poll(() => heading.textContent()).toBe(name);
      expect(await heading.locator('bdi').textContent()).toBe(name);
      await expect.poll(() => page.title()).toContain(name);
      expect(await page.getByRole('img', { name: /alert/ }).count()).toBe(0);
    },
  );
});

describe('A name with controls of direction', () => {
  it('is refused at its field, and stays there to be mended', async ({ open }) => {
    const { page, allow } = await open('/console/cedar-group?create=cedar-group');
    allow(/status of 400/);
    await openDemonstration(page);
    const creation = page.getByRole('dialog', { name: 'New organization' });
    const name = creation.getByRole('textbox', { name: 'Name' });
    await name.fill('a\u202Egpj.exe');
    await creation.getByRole('button', { name: 'Create organization' }).click();
    await creation.getByText(/characters that change the text direction/).waitFor();
    expect(await name.inputValue()).toBe('a\u202Egpj.exe');
    expect(await name.getAttribute('aria-invalid')).toBe('true');
  });
});
