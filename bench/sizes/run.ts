/**
 * What every table takes per organization, measured on a made-up forest and on organizations that were created through
 * the API, and what that comes to up to a hundred million organizations and ten billion values.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sql } from 'kysely';
import { openSubject } from '../subject.ts';
import {
  difference,
  measureCreations,
  measureDailyValues,
  measureRecordings,
  measureSealing,
  readSizes,
  type Sizes,
} from './measure.ts';
import { report } from './project.ts';

const PAGE = path.join('docs', 'scale.md');
const [BEGIN, END] = ['<!-- sizes -->', '<!-- end of sizes -->'];
const POOL = 8;

/** Prints the tables, or writes them into docs/scale.md, which `npm run format` brings into form. */
export async function benchSizes(organizations: number, writes: boolean): Promise<void> {
  let empty: Sizes = new Map();
  const subject = await openSubject(organizations, POOL, async (db) => {
    empty = await readSizes(db);
  });
  try {
    const { db } = subject;
    const sizes = difference(empty, await readSizes(db));
    const { rows } = await sql<{ roots: number }>`
      select count(*)::int as roots from organizations where parent_id is null`.execute(db);
    const daily = await measureDailyValues(db);
    const creations = await measureCreations(subject);
    const recordings = await measureRecordings(subject);
    const text = report(
      {
        organizations,
        roots: rows[0]?.roots ?? NaN,
        sizes,
        daily,
        creations,
        recordings,
        sealedPerSecond: await measureSealing(db),
      },
      new Date().toISOString().slice(0, 10),
    );
    if (writes) await write(text);
    else console.log(text);
  } finally {
    await subject.close();
  }
}

async function write(text: string): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const [before, behind] = [page.split(BEGIN)[0], page.split(END)[1]];
  if (before === undefined || behind === undefined || before === page)
    throw new Error(`${PAGE} has no place for the sizes`);
  await writeFile(PAGE, `${before}${BEGIN}\n\n${text}\n\n${END}${behind}`);
}
