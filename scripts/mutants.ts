/**
 * `npm run mutants`: takes every guard out of the source, one at a time, and runs the tests that must notice. Exit code
 * 1 when a mutant survives or no longer fits the source.
 */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { copyCheckout, runMutant, runTests, type Verdict } from './mutants/run.ts';
import { mutants, type ListedMutant } from './mutants/table.ts';

const USAGE = `Usage: npm run mutants -- [--list] [--only <pattern>] [--jobs <number>] [--timeout <seconds>] [--skip-baseline]

  --list             print the mutants and run none
  --only <pattern>   only those whose name, file or description matches the regular expression
  --jobs <number>    how many to run at the same time, each in a copy of its own (1)
  --timeout <s>      how long the tests of one mutant may take (300)
  --skip-baseline    do not run the tests without any mutant first`;

const { values } = parseArgs({
  options: {
    list: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    jobs: { type: 'string', default: '1' },
    timeout: { type: 'string', default: '300' },
    'skip-baseline': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false, short: 'h' },
  },
});
const root = fileURLToPath(new URL('..', import.meta.url));
const pattern = new RegExp(values.only, 'i');
const chosen = mutants.filter(({ name, file, what }) => pattern.test(`${name} ${file} ${what}`));
const timeoutMs = Number(values.timeout) * 1_000;

/** The tests pass without any mutant, or a test that fails anyway would count as one that notices. */
async function baseline(copy: string): Promise<void> {
  const files = [...new Set(chosen.map(({ tests }) => tests))];
  console.log(`Without a mutant: ${files.length} test files`);
  const { success, passed, failed, output } = await runTests(copy, files, {
    bail: false,
    timeoutMs: 6 * timeoutMs,
  });
  if (!success) {
    throw new Error(
      `the tests fail without any mutant: ${failed.join('; ') || output.slice(-2_000)}`,
    );
  }
  console.log(`  ${passed} tests passed`);
}

async function work(
  queue: ListedMutant[],
  copy: string,
  counts: Map<Verdict, number>,
): Promise<void> {
  for (let mutant = queue.shift(); mutant; mutant = queue.shift()) {
    const begun = Date.now();
    const { verdict, detail } = await runMutant(copy, mutant, timeoutMs);
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
    const seconds = ((Date.now() - begun) / 1_000).toFixed(0);
    console.log(
      `${verdict.padEnd(14)} ${mutant.name.padEnd(15)} ${seconds.padStart(4)} s  ${mutant.what}  [${mutant.file}]`,
    );
    if (verdict !== 'killed') console.log(`${' '.repeat(15)}${mutant.tests}: ${detail}`);
  }
}

if (values.help) {
  console.log(USAGE);
} else if (values.list) {
  for (const { name, file, what, tests, only } of chosen) {
    console.log(
      `${name.padEnd(15)} ${what}  [${file}; ${tests}${only === undefined ? '' : ` -t "${only}"`}]`,
    );
  }
  console.log(`${chosen.length} mutants`);
} else {
  const copies = await Promise.all(
    Array.from({ length: Math.max(1, Number(values.jobs)) }, () => copyCheckout(root)),
  );
  try {
    if (!values['skip-baseline'] && copies[0] !== undefined) await baseline(copies[0]);
    const counts = new Map<Verdict, number>();
    const queue = [...chosen];
    await Promise.all(copies.map((copy) => work(queue, copy, counts)));
    const killed = counts.get('killed') ?? 0;
    const others = [...counts]
      .filter(([verdict]) => verdict !== 'killed')
      .map(([verdict, count]) => `${count} ${verdict.toLowerCase()}`);
    console.log([`${killed} of ${chosen.length} mutants killed`, ...others].join(', '));
    process.exitCode = killed === chosen.length ? 0 : 1;
  } finally {
    for (const copy of copies) await rm(copy, { recursive: true, force: true });
  }
}
