/** The overview in the README of the benchmarks, between two comments. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { markdownTable } from '../../measure.ts';
import type { Results } from './results.ts';
import { overview, whole } from './rows.ts';

const README = path.join('bench', 'README.md');

/** Replaces the overview of this many organizations. */
export async function updateReadme(results: Results): Promise<void> {
  const { organizations, size, measuredOn, machine, plan } = results;
  const [begin, end] = [
    `<!-- peers ${organizations} -->`,
    `<!-- end of peers ${organizations} -->`,
  ];
  const text = await readFile(README, 'utf8');
  const [before, behind] = [text.split(begin)[0], text.split(end)[1]];
  if (before === undefined || behind === undefined || before === text) {
    console.log(`${README} has no place for ${whole(organizations)} organizations.`);
    return;
  }
  const { head, rows } = overview(results);
  const intro = `${whole(organizations)} organizations, the key on a tree of ${whole(size)}; ${machine}; ${plan.rounds} rounds of ${plan.roundMs / 1_000} s after a warm-up of ${plan.warmUpMs / 1_000} s; measured on ${measuredOn}.`;
  await writeFile(
    README,
    `${before}${begin}\n\n${intro}\n\n${markdownTable(head, rows)}\n\n${end}${behind}`,
  );
}
