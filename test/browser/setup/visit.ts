/** A person's browser with the console in it, and what it does that it must not. */
import type { Browser, BrowserContext, Page, Request } from 'playwright-core';

/** How long the browser is given for what is waited for: as long as `expect.poll`. */
const PATIENCE_MS = 20_000;

export interface VisitOptions {
  /** Where the gateway is. */
  origin: string;
  /** The path to open. */
  address?: string;
}

export interface Visit {
  page: Page;
  /** The operations that were sent to the API, by name and in order. */
  operations: string[];
  /**
   * What must not happen: requests to elsewhere, errors in the browser's console, among them
   * violations of the content policy, and exceptions.
   */
  problems: string[];
  /** Lets problems with this text pass, because the test brings them about. */
  allow(problem: RegExp): void;
  close(): Promise<void>;
}

/** Opens the console in a profile of its own. */
export async function visit(
  browser: Browser,
  { origin, address = '/console/' }: VisitOptions,
): Promise<Visit> {
  const context = await browser.newContext({
    baseURL: origin,
    viewport: { width: 1_280, height: 800 },
    // A page that asks for elsewhere is told so by the list of problems, and not by the network.
    serviceWorkers: 'block',
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const operations: string[] = [];
  const allowed: RegExp[] = [];
  const seen = watch(context, origin, operations);
  const page = await context.newPage();
  await page.goto(address);
  return {
    page,
    operations,
    get problems() {
      return seen.filter((problem) => !allowed.some((text) => text.test(problem)));
    },
    allow: (problem) => void allowed.push(problem),
    close: () => context.close(),
  };
}

/** Collects what must not happen in the pages of a profile. */
function watch(context: BrowserContext, origin: string, operations: string[]): string[] {
  const problems: string[] = [];
  context.on('request', (request) => {
    const url = request.url();
    if (!isOf(url, origin)) problems.push(`request to ${url}`);
    const operation = operationOf(request);
    if (operation !== undefined) operations.push(operation);
  });
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      problems.push(`console: ${message.text()}`);
  });
  context.on('weberror', (error) => void problems.push(`exception: ${error.error().message}`));
  context.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return problems;
}

/** Whether an address leads to the gateway, or to nobody at all. */
const isOf = (url: string, origin: string): boolean =>
  /^(data|blob|about):/.test(url) || new URL(url).origin === origin;

function operationOf(request: Request): string | undefined {
  if (request.method() !== 'POST' || !request.url().endsWith('/graphql')) return undefined;
  const { operationName } = request.postDataJSON() as { operationName?: string };
  return operationName ?? 'without a name';
}
