/**
 * Every recipe answers what its page says, over HTTP. With `UPDATE_RECIPES=1` the answers are written into the pages
 * instead; format them afterwards.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect } from 'vitest';
import { it } from '../setup/fixtures.ts';
import type { Caller } from '../setup/world.ts';
import { anchorOf, readPage, root, type Block } from './pages.ts';

/** Who asks, as the first paragraph of each page says. */
const CALLERS: Record<string, Caller> = {
  'docs/recipes/partner-console.md': 'admin@acme',
  'docs/recipes/channel-partner.md': 'key@acme',
  'docs/recipes/partner-management.md': 'key@acme',
};
const DAY_MS = 86_400_000;
/** The window of the printed variables ends here. */
const PRINTED_END = Date.parse('2026-11-04T00:00:00Z');
const ID = /\b(org|usr|mem|inv)_[0-9a-f]{32}\b/g;
const INSTANT = /\b\d{4}-\d\d-\d\dT[\d:.]+Z/g;
/** Ends of days, which are the same each time but for the day of the test. */
const MIDNIGHT = /\b\d{4}-\d\d-\d\dT00:00:00(\.000)?Z/g;
const isWriting = process.env['UPDATE_RECIPES'] === '1';

interface Recipe {
  title: string;
  operation: string;
  variables: string;
  answer: Block;
}

const pages = await Promise.all(
  Object.entries(CALLERS).map(async ([file, caller]) => {
    const { blocks, headings } = await readPage(file);
    const recipes = headings.slice(1).map((title): Recipe => {
      const [operation, variables, answer] = blocks.filter(({ heading }) => heading === title);
      if (!operation || !variables || !answer)
        throw new Error(`${file}: "${title}" needs an operation, its variables and its answer`);
      return { title, operation: operation.text, variables: variables.text, answer };
    });
    return { file, caller, recipes };
  }),
);

/** Ids as the pages print them, by the real ones, and the other way round. */
const printedIds = new Map<string, string>();
const realIds = new Map<string, string>();
/** Midnight after today, in UTC. */
const end = (Math.floor(Date.now() / DAY_MS) + 1) * DAY_MS;

it.beforeAll(async ({ world }) => {
  const everybody =
    '{ organization { id slug descendants { nodes { id slug } } people { nodes { user { id email } } } } }';
  learnIds((await world.ask(everybody, { as: 'admin@acme' })).data);
  const event = (
    id: string,
    slug: 'north' | 'shop-1' | 'depot',
    metric: string,
    quantity: string,
    daysAgo: number,
  ) => ({
    id,
    organizationId: world.org(slug),
    metric,
    quantity,
    occurredAt: new Date(end - (daysAgo + 1) * DAY_MS).toISOString(),
  });
  const events = [
    event('minutes-1', 'north', 'voice_minutes', '12.5', 0),
    event('minutes-2', 'shop-1', 'voice_minutes', '30', 1),
    event('minutes-3', 'depot', 'voice_minutes', '7.5', 2),
    event('calls-1', 'north', 'voice_calls', '4', 0),
    event('seconds-1', 'north', 'call_seconds', '750', 0),
  ];
  await world.ask(
    'mutation ($events: [UsageEventInput!]!) { recordUsage(input: { events: $events }) { __typename } }',
    { as: 'key@acme' },
    { events },
  );
});

describe.each(pages)('the recipes of $file', ({ file, caller, recipes }) => {
  it.for(recipes)('$title', async ({ operation, variables, answer }, { world }) => {
    const response = await world.ask(
      operation,
      { as: caller },
      JSON.parse(asReal(variables)) as Record<string, unknown>,
    );
    learnIds(response.data);
    const got = asPrinted(
      JSON.stringify({ ...(response.errors && { errors: response.errors }), data: response.data }),
    );
    expect(got).not.toMatch(/"errors":|"message":/);
    if (isWriting) await writeAnswer(file, answer, got);
    else expect(comparable(got)).toEqual(comparable(answer.text));
  });
});

describe('the table of recipes', () => {
  it('leads to every recipe, and to nothing else', async () => {
    const table = await readFile(path.join(root, 'docs/recipes/README.md'), 'utf8');
    const linked = [...table.matchAll(/\]\(([a-z-]+\.md#[^)]+)\)/g)].map(([, target]) => target);
    const recipes = pages.flatMap((page) =>
      page.recipes.map(({ title }) => `${path.basename(page.file)}#${anchorOf(title)}`),
    );
    expect(new Set(linked)).toEqual(new Set(recipes));
  });
});

/** Gives readable names to the ids of an answer: organizations by slug, people and invitations by address. */
function learnIds(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const { id, slug, email } = value as { id?: unknown; slug?: unknown; email?: unknown };
  const name = slug ?? (typeof email === 'string' ? email.replace(/\.example$/, '') : undefined);
  if (typeof id === 'string' && typeof name === 'string') {
    const printed = `${id.slice(0, 4)}${name}`;
    printedIds.set(id, printed);
    realIds.set(printed, id);
  }
  for (const part of Object.values(value)) learnIds(part);
}

function shifted(instant: string, milliseconds: number): string {
  return new Date(Date.parse(instant) + milliseconds).toISOString();
}

/** Printed variables with real ids, and with their days moved so that the window ends today. */
function asReal(printed: string): string {
  return printed
    .replaceAll(/"((?:org|usr|inv)_[^"]+)"/g, (_, id: string) => {
      const real = realIds.get(id);
      if (real === undefined) throw new Error(`no answer has shown ${id} yet`);
      return JSON.stringify(real);
    })
    .replaceAll(MIDNIGHT, (instant) => shifted(instant, end - PRINTED_END));
}

/** An answer as the pages print it. */
function asPrinted(real: string): string {
  return real
    .replaceAll(ID, (id) => printedIds.get(id) ?? `${id.slice(0, 4)}…`)
    .replaceAll(MIDNIGHT, (instant) => shifted(instant, PRINTED_END - end))
    .replaceAll(/"(endCursor|startCursor|cursor)":"[^"]*"/g, '"$1":"…"');
}

/** An answer without the instants at which it was made. */
function comparable(printed: string): unknown {
  return JSON.parse(
    printed.replaceAll(INSTANT, (instant) => (instant.includes('T00:00:00') ? instant : 'instant')),
  );
}

async function writeAnswer(file: string, { line }: Block, answer: string): Promise<void> {
  const lines = (await readFile(path.join(root, file), 'utf8')).split('\n');
  // Lines of the page may have moved; the answers of a page are the JSON blocks after "Answer:".
  const position = answerPositions.get(file) ?? 0;
  answerPositions.set(file, position + 1);
  let start = -1;
  for (let index = 0; index <= position; index++) start = lines.indexOf('Answer:', start + 1);
  const first = lines.indexOf('```json', start) + 1;
  if (first < 1) throw new Error(`${file}:${line} has no answer`);
  lines.splice(
    first,
    lines.indexOf('```', first) - first,
    JSON.stringify(JSON.parse(answer), null, 2),
  );
  await writeFile(path.join(root, file), lines.join('\n'));
}

const answerPositions = new Map<string, number>();
