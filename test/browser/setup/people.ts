/** What a person does to get into the console. */
import type { Page } from 'playwright-core';

/** Signs in with the one click of the demonstration. */
export async function openDemonstration(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Open the demonstration' }).click();
}

/** Signs in with a token or a key that was pasted. */
export async function paste(page: Page, token: string): Promise<void> {
  await page.getByLabel('Personal token or API key').fill(token);
  await page.getByRole('button', { name: 'Sign in with the token' }).click();
}
