import { describe, expect, onTestFinished } from 'vitest';
import { startProxy } from '../faults/proxy.ts';
import { it } from './setup/fixtures.ts';
import { openDemonstration } from './setup/people.ts';
import { ask } from './setup/product.ts';

const SEARCH = { name: 'Search organizations' };

/** What the browser says when nobody answers. */
const UNANSWERED = /ERR_(CONNECTION_|EMPTY_RESPONSE|SOCKET_)/;

describe('A page that is open', () => {
  it('says that the gateway is away, and goes on once it is back', async ({ open, ownProduct }) => {
    const { page, allow } = await open('/console/', { origin: ownProduct.origin });
    await openDemonstration(page);
    await page.getByRole('row', { name: 'Cedar North' }).waitFor();
    // The part of the page that shows what is found is loaded by then.
    await page.getByRole('searchbox', SEARCH).fill('dental');
    await page
      .getByRole('option', { name: /^Harbor Dental/ })
      .first()
      .waitFor();
    await page.waitForLoadState('networkidle');
    await ownProduct.stop();
    allow(UNANSWERED);
    await page.getByRole('searchbox', SEARCH).fill('harbor');
    await page.getByText('The gateway could not be reached. Check your connection.').waitFor();
    await ownProduct.start();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('option', { name: /^Harbor Telecom/ }).waitFor();
    expect(await page.getByRole('searchbox', SEARCH).inputValue()).toBe('harbor');
  });

  it('lets the children of a row be asked for again when they could not be read', async ({
    open,
    ownProduct,
  }) => {
    const proxy = await startProxy(ownProduct.origin);
    onTestFinished(() => proxy.close());
    const { page, allow } = await open('/console/', {
      origin: new URL(proxy.through(ownProduct.origin)).origin,
    });
    await openDemonstration(page);
    const expand = page.getByRole('button', { name: 'Expand Cedar North' });
    await expand.waitFor();
    allow(UNANSWERED);
    proxy.refuse(true);
    proxy.cut();
    await expand.click();
    const failed = page.getByRole('row', { name: 'These could not be read. Press to try again.' });
    await failed.waitFor();
    proxy.refuse(false);
    await failed.click();
    await page.getByRole('row', { name: 'Harbor Telecom' }).waitFor();
    expect(await failed.count()).toBe(0);
  });

  it('keeps the rows of a list whose next page could not be read, and reads it when asked to', async ({
    open,
    ownProduct,
  }) => {
    const create = `mutation ($id: ID!, $name: String!) {
      createApiKey(input: { organizationId: $id, name: $name, scopes: ["members:read"] }) {
        __typename
      }
    }`;
    const id = ownProduct.demo.organizationId;
    for (let at = 0; at < 52; at++) await ask(ownProduct, create, { id, name: `Key ${at}` });
    const proxy = await startProxy(ownProduct.origin);
    onTestFinished(() => proxy.close());
    const { page, allow } = await open('/console/cedar-group/organizations/cedar-group/keys', {
      origin: new URL(proxy.through(ownProduct.origin)).origin,
    });
    await openDemonstration(page);
    await page.getByRole('rowheader', { name: 'Key 51' }).waitFor();
    allow(UNANSWERED);
    proxy.refuse(true);
    proxy.cut();
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.getByText('The gateway could not be reached. Check your connection.').waitFor();
    expect(await page.getByRole('rowheader', { name: 'Key 51' }).count()).toBe(1);
    proxy.refuse(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('rowheader', { name: /^Key 0 / }).waitFor();
    expect(await page.getByRole('rowheader', { name: 'Key 51' }).count()).toBe(1);
  });

  it('says that it waits for a slow gateway, and shows the last of what was asked', async ({
    open,
    ownProduct,
  }) => {
    const proxy = await startProxy(ownProduct.origin);
    onTestFinished(() => proxy.close());
    const { page } = await open('/console/', {
      origin: new URL(proxy.through(ownProduct.origin)).origin,
    });
    await openDemonstration(page);
    await page.getByRole('row', { name: 'Cedar North' }).waitFor();
    proxy.mode('stall');
    const field = page.getByRole('searchbox', SEARCH);
    await field.fill('dune');
    await page.getByRole('status', { name: 'Loading…' }).waitFor();
    await field.fill('opal');
    proxy.mode('pass');
    await page.getByRole('option', { name: /^Opal Realty/ }).waitFor();
    expect(await page.getByRole('option', { name: /^Dune/ }).count()).toBe(0);
  });

  it('says that its budget is used up and when to go on', async ({ open, ownProduct }) => {
    await ownProduct.stop();
    await ownProduct.start({ RATE_REQUESTS_PER_MINUTE: '4' });
    onTestFinished(async () => {
      await ownProduct.stop();
      await ownProduct.start();
    });
    const { page, allow } = await open('/console/', { origin: ownProduct.origin });
    await openDemonstration(page);
    await page.getByRole('row', { name: 'Cedar North' }).waitFor();
    allow(/status of 429/);
    const field = page.getByRole('searchbox', SEARCH);
    const told = page.getByText('That was a lot at once. Wait a moment before you go on.');
    for (const text of ['harbor', 'dune', 'opal', 'coral']) {
      await field.fill(text);
      await page.getByRole('option').or(told).first().waitFor();
    }
    await told.waitFor();
    const again = page.getByRole('button', { name: /^Try again in \d+ s$/ });
    expect(await again.isDisabled()).toBe(true);
    expect(await field.inputValue()).toBe('coral');
  });
});

describe('A console whose gateway is away', () => {
  it('says so in place of the page, and starts once it is back', async ({ open, ownProduct }) => {
    const proxy = await startProxy(ownProduct.origin);
    onTestFinished(() => proxy.close());
    const { page, allow } = await open('/console/', {
      origin: new URL(proxy.through(ownProduct.origin)).origin,
    });
    allow(UNANSWERED);
    await page.route('**/console/config.json', (route) => route.abort('connectionrefused'), {
      times: 1,
    });
    await page.reload();
    await page.getByRole('heading', { name: 'The gateway does not answer' }).waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('button', { name: 'Open the demonstration' }).waitFor();
  });
});
