/** Signing in with an identity provider: authorization code with PKCE, through real pages of both. */
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect } from 'vitest';
import { it } from './setup/fixtures.ts';
import type { Provider } from './setup/provider.ts';
import type { Origin } from './setup/product.ts';
import type { Visit } from './setup/visit.ts';

const ADDRESS = '/console/cedar-group/organizations/cedar-south/overview';
const REFUSED = 'Signing in with the identity provider did not work.';

beforeEach<{ provider: Provider }>(({ provider }) => {
  provider.grants.length = 0;
  provider.manner = { isExpired: false, withRefresh: true, withForgedState: false };
});

interface Fixtures {
  open(address: string, options: { origin: string }): Promise<Visit>;
  ownProduct: Origin;
  provider: Provider;
}

/** Opens the console, which may ask the provider besides its gateway. */
async function openAt({ open, ownProduct, provider }: Fixtures, address = ADDRESS): Promise<Visit> {
  const visit = await open(address, { origin: ownProduct.origin });
  visit.allow(new RegExp(`^request to ${RegExp.escape(provider.issuer)}/`));
  return visit;
}

/** Goes to the provider, and presses a link of its page. */
async function answerProvider(page: Page, link: 'Go on' | 'Refuse'): Promise<void> {
  await page.getByRole('button', { name: 'Continue with your identity provider' }).click();
  await page.getByRole('link', { name: link }).click();
}

const southOf = (page: Page) => page.getByRole('heading', { name: 'Cedar South', level: 1 });

describe('A person of an identity provider', () => {
  it('signs in, is led to the address that was opened, and signs out', async ({
    open,
    ownProduct,
    provider,
  }) => {
    const { page } = await openAt({ open, ownProduct, provider });
    await answerProvider(page, 'Go on');
    await southOf(page).waitFor();
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe(ADDRESS);
    // The provider compared the verifier with the challenge before it gave tokens.
    expect(provider.grants).toEqual(['authorization_code']);
    expect(await page.evaluate('JSON.stringify([localStorage, sessionStorage])')).toBe('[{},{}]');
    await page.getByRole('button', { name: 'Account: Dana Meyer' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(page.url()).not.toContain('code=');
  });

  it('goes on without a question when the session can be renewed', async ({
    open,
    ownProduct,
    provider,
  }) => {
    provider.manner.isExpired = true;
    const { page, allow } = await openAt({ open, ownProduct, provider });
    allow(/status of 401/);
    await answerProvider(page, 'Go on');
    await southOf(page).waitFor();
    expect(provider.grants).toEqual(['authorization_code', 'refresh_token']);
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('is asked again in a window of its own when it cannot, and loses nothing that was typed', async ({
    open,
    ownProduct,
    provider,
  }) => {
    provider.manner.withRefresh = false;
    const { page, allow } = await openAt({ open, ownProduct, provider }, '/console/cedar-group');
    await answerProvider(page, 'Go on');
    await page.getByRole('row', { name: 'Cedar North' }).waitFor();
    // What a token that expires meets; waiting for one would take as long as it lasts.
    await page.route('**/graphql', (route) =>
      route.continue({ headers: { ...route.request().headers(), authorization: 'Bearer e.e.e' } }),
    );
    allow(/status of 401/);
    const search = page.getByRole('searchbox', { name: 'Search organizations' });
    await search.fill('harbor');
    await page.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
    await page.unroute('**/graphql');
    // The browser does not let a window be closed that its opener was cut off from.
    allow(/Scripts may close only the windows/);
    const opened = page.context().waitForEvent('page');
    await page.getByRole('button', { name: 'Continue with your identity provider' }).click();
    const beside = await opened;
    await beside.getByRole('link', { name: 'Go on' }).click();
    await page
      .getByRole('option', { name: /^Harbor Telecom/ })
      .first()
      .waitFor();
    expect(await search.inputValue()).toBe('harbor');
    expect(provider.grants).toEqual(['authorization_code', 'authorization_code']);
    if (!beside.isClosed()) await beside.getByText('You are signed in where you were').waitFor();
  });

  it('is told when the provider refuses, and can try again', async ({
    open,
    ownProduct,
    provider,
  }) => {
    const { page } = await openAt({ open, ownProduct, provider });
    await answerProvider(page, 'Refuse');
    await page.getByText(REFUSED).waitFor();
    expect(provider.grants).toEqual([]);
    await answerProvider(page, 'Go on');
    await page.getByRole('row', { name: 'Cedar North' }).waitFor();
  });

  it('is not signed in by an answer with another state, or one that nobody asked for', async ({
    open,
    ownProduct,
    provider,
  }) => {
    provider.manner.withForgedState = true;
    const { page } = await openAt({ open, ownProduct, provider });
    await answerProvider(page, 'Go on');
    await page.getByText(REFUSED).waitFor();
    await page.goto('/console/_/callback?code=stolen&state=forged');
    await page.getByText('No sign-in was under way in this tab.').waitFor();
    // Neither code was exchanged for a credential.
    expect(provider.grants).toEqual([]);
  });
});
