import { describe, expect } from 'vitest';
import { it } from './setup/fixtures.ts';
import { openDemonstration } from './setup/people.ts';

describe('an address', () => {
  it('of an organization is led to after signing in, with its title', async ({ open }) => {
    const { page } = await open('/console/cedar-group/organizations/cedar-south/overview');
    await openDemonstration(page);
    await page.getByRole('heading', { name: 'Cedar South', level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe(
      '/console/cedar-group/organizations/cedar-south/overview',
    );
    await expect.poll(() => page.title()).toMatch(/^Cedar South/);
  });

  it('without a part leads to the overview', async ({ open }) => {
    const { page } = await open('/console/cedar-group/organizations/cedar-south');
    await openDemonstration(page);
    await page.getByRole('heading', { name: 'Details' }).waitFor();
    await expect.poll(() => new URL(page.url()).pathname).toMatch(/\/cedar-south\/overview$/);
  });

  it('holds the search, and shows it again to those who open it', async ({ open }) => {
    const first = await open();
    await openDemonstration(first.page);
    await first.page.getByRole('searchbox', { name: 'Search organizations' }).fill('pier 4');
    await first.page.getByRole('option', { name: 'Harbor Dental Pier 4' }).waitFor();
    const { pathname, search } = new URL(first.page.url());
    const second = await open(`${pathname}${search}`);
    await openDemonstration(second.page);
    await second.page.getByRole('option', { name: 'Harbor Dental Pier 4' }).waitFor();
  });

  it('of a row opens the tree down to it', async ({ open }) => {
    const { page } = await open('/console/cedar-group?at=harbor-dental-east');
    await openDemonstration(page);
    await page.getByRole('row', { name: 'Harbor Dental East' }).waitFor();
    await page.getByRole('row', { name: 'Harbor Telecom', exact: true }).waitFor();
  });

  it('follows the buttons back and forward', async ({ open }) => {
    const { page } = await open();
    await openDemonstration(page);
    await page.getByRole('row', { name: 'Cedar South' }).click();
    await page.getByRole('heading', { name: 'Cedar South', level: 1 }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'Organizations', level: 1 }).waitFor();
    await page.getByRole('row', { name: 'Cedar South' }).waitFor();
    await page.goForward();
    await page.getByRole('heading', { name: 'Cedar South', level: 1 }).waitFor();
  });

  it('of a page that is no organization can be the slug of one', async ({ open }) => {
    for (const slug of ['sign-in', 'callback']) {
      const { page, allow } = await open(`/console/${slug}`);
      allow(/status of 404/);
      await openDemonstration(page);
      await page.getByText('Not found', { exact: true }).first().waitFor();
    }
  });

  it('that is none says so', async ({ open }) => {
    const { page } = await open('/console/cedar-group/nowhere/at-all');
    await openDemonstration(page);
    await page.getByText('There is no page at this address.').waitFor();
  });
});

describe('what belongs to others', () => {
  it.for([
    ['the slug of an organization', '/console/cedar-group/organizations/rival-east'],
    ['the id of an organization', '/console/cedar-group/organizations/{id}'],
    ['an organization to act in', '/console/rival-holdings'],
    ['what does not exist', '/console/cedar-group/organizations/no-such-thing'],
  ] as const)('is not found by %s', async ([, address], { open, product }) => {
    const id = encodeURIComponent(product.demo.rivalOrganizationId);
    const { page, allow } = await open(address.replace('{id}', id));
    allow(/status of 404/);
    await openDemonstration(page);
    await page.getByText('Not found', { exact: true }).first().waitFor();
    expect(await page.getByText(/Rival (East|West|Holdings)/).count()).toBe(0);
  });

  it('is told from what does not exist by nothing', async ({ open }) => {
    const seen: string[] = [];
    for (const slug of ['rival-east', 'no-such-thing']) {
      const { page } = await open(`/console/cedar-group/organizations/${slug}/overview`);
      await openDemonstration(page);
      await page.getByText('Not found', { exact: true }).first().waitFor();
      seen.push(await page.getByRole('main').ariaSnapshot());
    }
    expect(seen[0]).toBe(seen[1]);
  });

  it('is not found by a search', async ({ open }) => {
    const { page } = await open('/console/cedar-group?search=rival');
    await openDemonstration(page);
    await page.getByText('No organization matches “rival”.').waitFor();
  });
});
