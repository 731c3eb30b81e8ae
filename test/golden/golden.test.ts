/**
 * The most important operations, each with its answer and the statements that it sends, as files. A change of either is
 * a diff to be reviewed: `GOLDEN=write npx vitest run test/golden` writes the files anew.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import { tokenHash } from '../../src/authentication/secret.ts';
import { createInvitationToken } from '../../src/modules/invitation/token.ts';
import type { Gateway } from '../../src/http/gateway.ts';
import { inWorld } from '../setup/fixtures.ts';
import { gatewayOver, insertInvitation, type Caller, type World } from '../setup/world.ts';
import { operations, type GoldenOperation } from './operations.ts';

const isWriting = process.env['GOLDEN'] === 'write';

/** Compiles what it can. */
let compiling: Gateway;
const it = inWorld({ compiled: false }, { poolSize: 1 });
it.beforeAll(async ({ world }) => {
  // One connection, so that the statements of an operation come in one order.
  compiling = gatewayOver(world.gatewayDb);
  await insertInvitation(
    world,
    world.uuid('north'),
    'new@north.example',
    tokenHash(createInvitationToken()),
  );
  await sql`insert into usage_events (organization_id, id, metric, quantity, occurred_at) values
    (${world.uuid('north')}, 'a', 'voice_calls', 3, '2026-05-05Z'),
    (${world.uuid('kiosk')}, 'b', 'voice_calls', 1, '2026-06-06Z')`.execute(world.db);
});

const fileOf = ({ name }: GoldenOperation): URL => new URL(`${name}.txt`, import.meta.url);

/** Ids in the order of their appearance, by type: `org_1`, `org_2`. */
function withoutIds(text: string): string {
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  return text.replaceAll(/\b([a-z]{3})_[0-9a-f]{32}\b/g, (id, prefix: string) => {
    const known = names.get(id);
    if (known !== undefined) return known;
    const count = (counts.get(prefix) ?? 0) + 1;
    counts.set(prefix, count);
    names.set(id, `${prefix}_${count}`);
    return `${prefix}_${count}`;
  });
}

/** A statement without the empty lines and ends of lines that come from the parts it is made of. */
function setOut(text: string): string {
  const lines = text.split('\n').map((line) => line.trimEnd());
  return lines.filter((line) => line !== '').join('\n');
}

/** The statement that an operation is compiled to. */
async function compiledStatement(
  world: World,
  as: Caller,
  query: string,
  variables: object | undefined,
): Promise<string | undefined> {
  const before = world.statements.length;
  const organization = as.startsWith('key@') ? undefined : as.split('@')[1];
  await compiling.fetch('http://gateway/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${world.token(as)}`,
      ...(organization && { 'x-organization': organization }),
    },
    body: JSON.stringify({ query, variables }),
  });
  return world.statements.slice(before).find((text) => text.startsWith('with written as'));
}

/** What an operation is, answers and sends, as its file tells it. */
async function told(world: World, { as, document, variables }: GoldenOperation): Promise<string> {
  const given = variables?.(world);
  const before = world.statements.length;
  const { data, errors } = await world.ask(document, { as, withoutSocket: true }, given);
  const compiled = document.startsWith('mutation')
    ? undefined
    : await compiledStatement(world, as, document, given);
  const parts = {
    [`Operation of ${as}`]: document,
    ...(given && { Variables: JSON.stringify(given, null, 2) }),
    Answer: JSON.stringify({ data, errors }, null, 2),
    ...Object.fromEntries(
      world.statements.slice(before).map((text, index) => [`Statement ${index + 1}`, setOut(text)]),
    ),
    ...(compiled !== undefined && { 'As one statement': setOut(compiled) }),
  };
  return withoutIds(
    Object.entries(parts)
      .map(([title, text]) => `## ${title}\n\n${text}\n`)
      .join('\n'),
  );
}

describe('The operations that matter most', () => {
  it.for(operations.map((operation) => [operation.name, operation] as const))(
    'answer and send what their file tells: %s',
    async ([, operation], { world }) => {
      const text = await told(world, operation);
      expect(text).toContain('"data": {');
      if (isWriting) await writeFile(fileOf(operation), text);
      expect(text).toBe(await readFile(fileOf(operation), 'utf8'));
    },
  );

  it('have a file each, and no file is of another', async () => {
    const files = (await readdir(new URL('.', import.meta.url))).filter((file) =>
      file.endsWith('.txt'),
    );
    expect(files.toSorted()).toEqual(operations.map(({ name }) => `${name}.txt`).toSorted());
  });
});
