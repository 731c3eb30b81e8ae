/** One product for the whole run, which tests read and add to. */
import type { TestProject } from 'vitest/node';
import { findChromium } from './chromium.ts';
import { ask, startProduct, type Origin } from './product.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The browser's program; undefined if the machine has none, and then all tests are skipped. */
    chromium: string | undefined;
    /** The product of the run; undefined without a browser. */
    product: Origin | undefined;
  }
}

const CREATE_KEY = `mutation ($id: ID!) {
  createApiKey(input: { organizationId: $id, name: "Night shift", scopes: ["members:read"] }) {
    ... on CreateApiKeyPayload { apiKey { id } }
  }
}`;

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | void> {
  const chromium = findChromium();
  project.provide('chromium', chromium);
  if (chromium === undefined) {
    project.provide('product', undefined);
    process.stderr.write(
      'No Chromium was found on the path or in CHROMIUM: tests of the console in a browser are skipped.\n',
    );
    return undefined;
  }
  const { origin, demo, discard } = await startProduct();
  const product = { origin, demo };
  // Nothing was done in the demonstration yet, and a log without an event shows little.
  await ask(product, CREATE_KEY, { id: demo.organizationId }).catch(async (error: unknown) => {
    await discard();
    throw error;
  });
  project.provide('product', product);
  return discard;
}
