import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { it } from './setup/fixtures.ts';
import { openDemonstration } from './setup/people.ts';

const NAME = 'Birchwood Clinic';
const RENAMED = 'Birchwood Clinic East';

/** Changes to a part of the organization that is shown. */
const turnTo = (page: Page, part: string): Promise<void> =>
  page
    .getByRole('navigation', { name: 'Parts of the organization' })
    .getByRole('link', { name: part })
    .click();

describe('The day of a person who manages organizations', () => {
  it('goes from signing in over a new organization, its people, usage, keys and settings to the log', async ({
    open,
  }) => {
    const { page } = await open();
    await openDemonstration(page);

    // A new customer, whose setup is seen finishing.
    await page.getByRole('row', { name: 'Cedar North' }).waitFor();
    await page.getByRole('button', { name: 'New organization below Cedar North' }).click();
    const creation = page.getByRole('dialog', { name: 'New organization' });
    await creation.getByRole('textbox', { name: 'Name' }).fill(NAME);
    await expect
      .poll(() => creation.getByRole('textbox', { name: 'Slug' }).inputValue())
      .toBe('birchwood-clinic');
    await creation.getByRole('button', { name: 'Create organization' }).click();
    const created = page.getByRole('dialog', { name: `${NAME} was created` });
    await created.getByText('Everything is set up.').waitFor();
    await created.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('row', { name: NAME }).click();
    await page.getByRole('heading', { name: NAME, level: 1 }).waitFor();

    // Its first people, of whom one is there twice and one is no address.
    await turnTo(page, 'Invitations');
    await page.getByRole('button', { name: 'Invite people' }).first().click();
    const inviting = page.getByRole('dialog', { name: `Invite people to ${NAME}` });
    await inviting
      .getByRole('textbox', { name: 'Addresses' })
      .fill('Ada <ada@birchwood.example>; bo@birchwood.example\nada@birchwood.example, nobody');
    await inviting.getByRole('button', { name: 'Invite 2 people' }).click();
    await inviting.getByRole('button', { name: 'Done' }).click();
    const invitations = page.getByRole('grid', { name: 'Invitations' });
    await invitations.getByRole('row', { name: /ada@birchwood\.example/ }).waitFor();
    await invitations.getByRole('row', { name: /bo@birchwood\.example/ }).waitFor();
    await turnTo(page, 'Members');
    await page.getByRole('grid', { name: 'Members' }).getByText('Dana Meyer').waitFor();

    // A key, whose secret is shown once.
    await turnTo(page, 'API keys');
    await page.getByRole('button', { name: 'New key' }).first().click();
    const key = page.getByRole('dialog', { name: 'New API key' });
    await key.getByRole('textbox', { name: 'Name' }).fill('Booking system');
    await key.getByRole('checkbox', { name: /^members:read/ }).press('Space');
    await key.getByRole('button', { name: 'Create key' }).click();
    const secret = page.getByRole('dialog', { name: 'The key was created' });
    await secret.getByText(/^ak_\w+\.\w+/).waitFor();
    await page.keyboard.press('Escape');
    await secret.getByRole('button', { name: 'Close without copying' }).click();
    await page.getByRole('grid', { name: 'API keys' }).getByText('Booking system').waitFor();
    expect(await page.getByText(/^ak_\w+\.\w+/).count()).toBe(0);

    // Another name, which the head of the page shows at once.
    await turnTo(page, 'Settings');
    const general = page.getByRole('form', { name: 'General' });
    await general.getByRole('textbox', { name: 'Name' }).fill(RENAMED);
    await general.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: RENAMED, level: 1 }).waitFor();

    // What was used by others, and what was done today.
    await turnTo(page, 'Usage');
    await page.getByRole('group', { name: /./ }).first().waitFor();
    await turnTo(page, 'Audit log');
    const log = page.getByRole('grid', { name: 'Audit log' });
    for (const action of [
      'Created an organization',
      'Invited people',
      'Created an API key',
      'Changed an organization',
    ])
      await log
        .getByRole('row', { name: new RegExp(action) })
        .first()
        .waitFor();

    const trail = page.getByRole('navigation', { name: 'Where it is in the tree' });
    await trail.getByRole('link', { name: 'Organizations' }).click();
    await page.getByRole('row', { name: RENAMED }).waitFor();
    await page.getByRole('button', { name: /^Account: / }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });
});
