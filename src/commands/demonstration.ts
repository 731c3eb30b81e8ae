/** The demonstration: planted in an empty embedded database, and shown at the start. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../config/read.ts';
import { databaseNow } from '../database/clock.ts';
import { seedDemo, type DemoCredentials } from '../seed/demo.ts';
import type { OpenDatabase } from './database.ts';

/** What `DATA_DIR/demo.json` holds. */
export interface Demo extends DemoCredentials {
  url: string;
}

/**
 * The credentials of the demonstration, which is planted first if the database is empty. Undefined
 * for a database with other data.
 */
export async function demonstration(
  { db, ownerUrl }: OpenDatabase,
  { dataDir }: Config,
  url: string,
): Promise<Demo | undefined> {
  const file = path.join(dataDir, 'demo.json');
  const save = (demo: Demo): Promise<void> =>
    writeFile(file, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 });
  const organization = await db
    .selectFrom('organizations')
    .select('id')
    .limit(1)
    .executeTakeFirst();
  if (!organization) {
    let demo: Demo | undefined;
    await seedDemo(ownerUrl, await databaseNow(db), (credentials) =>
      save((demo = { url, ...credentials })),
    );
    return demo;
  }
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const demo = { ...(JSON.parse(text) as Demo), url };
  await save(demo);
  return demo;
}

/** Prints where the gateway is, and how to use the demonstration. */
export function announce(
  { graphiql, console: page, organizationHeader }: Config,
  url: string,
  demo: Demo | undefined,
  print: (line: string) => void,
): void {
  const lines = [
    '',
    `  Banyan is ready: ${url}${graphiql ? '  (open it in a browser for GraphiQL)' : ''}`,
    ...(page ? [`  Console: ${new URL('/console/', url).href}`] : []),
  ];
  if (demo) {
    lines.push(
      '',
      '  Demonstration credentials, also in demo.json of the data folder:',
      `    API key         ${demo.apiKey}`,
      `    Personal token  ${demo.personalAccessToken}`,
      `    Organization    ${demo.organizationSlug}  (${demo.organizationId})`,
      '',
      `  Send  Authorization: Bearer <key or token>  and, with the token,  ${organizationHeader}: ${demo.organizationSlug}`,
    );
  }
  print([...lines, ''].join('\n'));
}
