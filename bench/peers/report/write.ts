/** Writes what a run has measured: results, page, and the overview in the README. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pageOf } from './page.ts';
import { updateReadme } from './readme.ts';
import { keep, keptIn, type Results } from './results.ts';

/** In the repository for whole runs; below BENCH_DIR for those that are quick or leave something out. */
export async function writeReport(results: Results, isWhole: boolean): Promise<void> {
  const folder = isWhole
    ? path.join('bench', 'report')
    : path.join(process.env['BENCH_DIR'] ?? path.join('.data', 'bench'), 'report');
  await keep(folder, results);
  const page = path.join(folder, 'index.html');
  await writeFile(page, pageOf(await keptIn(folder)));
  if (isWhole) await updateReadme(results);
  console.log(`\nreport: ${page}`);
}
