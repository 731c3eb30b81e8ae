import { describe, expect } from 'vitest';
import { it } from './setup/fixtures.ts';
import { openDemonstration, paste } from './setup/people.ts';
import { ask, type Origin } from './setup/product.ts';

/** What the browser says of an answer with this status. */
const answered = (status: number): RegExp => new RegExp(`status of ${status}`);

/** Makes a key of the demonstration's organization. */
async function createKey(product: Origin, name: string, scopes: string[]) {
  const { createApiKey } = await ask<{ createApiKey: { apiKey: { id: string }; secret: string } }>(
    product,
    `mutation ($input: CreateApiKeyInput!) {
      createApiKey(input: $input) { ... on CreateApiKeyPayload { apiKey { id } secret } }
    }`,
    { input: { organizationId: product.demo.organizationId, name, scopes } },
  );
  return createApiKey;
}

describe('signing in', () => {
  it('takes one click in the demonstration', async ({ open, product }) => {
    const { page } = await open();
    await openDemonstration(page);
    await page.getByRole('row', { name: 'Cedar North' }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/console/${product.demo.organizationSlug}`);
  });

  it('takes a key that was pasted', async ({ open, product }) => {
    const { page } = await open('/console/_/sign-in');
    await paste(page, `  ${product.demo.apiKey}\n`);
    await page.getByRole('row', { name: 'Cedar North' }).waitFor();
    await page.getByRole('button', { name: /^Account: / }).waitFor();
  });

  it('says in a sentence that a key is wrong, and takes another one', async ({ open, product }) => {
    const { page, allow } = await open();
    allow(answered(401));
    await paste(page, 'ak_thisKeyWasNeverMade');
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.getByText(/no longer accepts your credential/).waitFor();
    await dialog.getByLabel('Personal token or API key').fill(product.demo.apiKey);
    await dialog.getByRole('button', { name: 'Sign in with the token' }).click();
    await page.getByRole('row', { name: 'Cedar North' }).waitFor();
  });

  it('says that a text with spaces is not a token, without asking the gateway', async ({
    open,
  }) => {
    const { page, operations } = await open();
    await paste(page, 'not a token');
    await page.getByText(/^This is not a token/).waitFor();
    expect(operations).toEqual([]);
  });

  it('is asked for again by a reload, and nothing of it is kept in the browser', async ({
    open,
  }) => {
    const { page } = await open();
    await openDemonstration(page);
    await page.getByRole('row', { name: 'Cedar North' }).waitFor();
    const kept = { local: 'localStorage', session: 'sessionStorage' };
    for (const [where, storage] of Object.entries(kept))
      expect({ where, text: await page.evaluate(`JSON.stringify(${storage})`) }).toEqual({
        where,
        text: '{}',
      });
    expect(await page.context().cookies()).toEqual([]);
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await page.getByRole('row').count()).toBe(0);
  });

  it('ends when the person signs out', async ({ open }) => {
    const { page } = await open();
    await openDemonstration(page);
    await page.getByRole('button', { name: /^Account: / }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.goBack();
    expect(await page.getByText('Cedar').count()).toBe(0);
  });
});

describe('a session', () => {
  it('ends with a sentence when its key is revoked, and goes on where it was with another one', async ({
    open,
    product,
  }) => {
    const { scopes } = (
      await ask<{ viewer: { scopes: string[] } }>(product, '{ viewer { scopes } }')
    ).viewer;
    const { apiKey, secret } = await createKey(product, 'A key that is revoked', scopes);
    const { page, allow } = await open('/console/cedar-group');
    await paste(page, secret);
    await page.getByRole('row', { name: 'Cedar North' }).waitFor();
    await ask(product, 'mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { __typename } }', {
      id: apiKey.id,
    });
    allow(answered(401));
    await page.getByRole('searchbox', { name: 'Search organizations' }).fill('harbor');
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.getByText(/expired or was revoked/).waitFor();
    await dialog.getByRole('button', { name: 'Open the demonstration' }).click();
    await page.getByRole('option', { name: 'Harbor Telecom' }).waitFor();
    expect(await page.getByRole('searchbox', { name: 'Search organizations' }).inputValue()).toBe(
      'harbor',
    );
  });

  it('without the right to manage organizations sees a sentence and none of them', async ({
    open,
    product,
  }) => {
    const { secret } = await createKey(product, 'A key that only reads', ['members:read']);
    const { page, operations } = await open('/console/cedar-group/organizations/cedar-north');
    await paste(page, secret);
    await page.getByText('The console is for people who manage organizations').waitFor();
    expect(operations).toEqual(['Workspace']);
    expect(await page.getByText('Cedar North').count()).toBe(0);
  });
});
