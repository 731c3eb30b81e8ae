/** Runs mutants in copies of the checkout, so that nobody's working tree is touched. */
import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { mutate } from './mutant.ts';
import type { ListedMutant } from './table.ts';

/** What became of a mutant. Only `killed` is well. */
export type Verdict =
  | 'killed'
  /** The tests passed: nobody would notice if the guard were gone. */
  | 'SURVIVED'
  /** The source has changed, and the mutant with it has to. */
  | 'DOES NOT APPLY'
  /** No test was run, or the run itself failed: a mutant that breaks everything shows nothing. */
  | 'BROKEN'
  | 'TIMED OUT';

/** What a run of vitest came to. */
interface TestRun {
  /** Whether everything ran and passed. */
  success: boolean;
  passed: number;
  failed: string[];
  timedOut: boolean;
  output: string;
}

interface Report {
  success: boolean;
  numPassedTests: number;
  testResults: { assertionResults: { status: string; fullName: string }[] }[];
}

const execute = promisify(execFile);

/** A copy of the tracked and new files of the checkout, with the installed packages linked. */
export async function copyCheckout(root: string): Promise<string> {
  const copy = await mkdtemp(path.join(tmpdir(), 'banyan-mutants-'));
  const { stdout } = await execute(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    {
      cwd: root,
      maxBuffer: 64 * 1_024 * 1_024,
    },
  );
  for (const file of stdout.split('\0').filter((name) => name !== '')) {
    await mkdir(path.join(copy, path.dirname(file)), { recursive: true });
    // A file that was removed and not yet committed is listed all the same.
    await cp(path.join(root, file), path.join(copy, file)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
  await symlink(path.join(root, 'node_modules'), path.join(copy, 'node_modules'), 'dir');
  return copy;
}

/** Runs test files in the copy; ends at the first test that fails, if asked to. */
export async function runTests(
  copy: string,
  files: readonly string[],
  { only, bail, timeoutMs }: { only?: string | undefined; bail: boolean; timeoutMs: number },
): Promise<TestRun> {
  const report = path.join(copy, 'mutants-report.json');
  await rm(report, { force: true });
  const args = [
    path.join('node_modules', 'vitest', 'vitest.mjs'),
    'run',
    ...files,
    '--reporter=json',
    `--outputFile=${report}`,
  ];
  if (bail) args.push('--bail=1');
  if (only !== undefined) args.push('-t', only);
  const child = spawn(process.execPath, args, {
    cwd: copy,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    // The group: vitest has processes of its own, and the database server is among them.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
  }, timeoutMs);
  await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  const text = await readFile(report, 'utf8').catch(() => undefined);
  if (text === undefined) return { success: false, passed: 0, failed: [], timedOut, output };
  const { success, numPassedTests, testResults } = JSON.parse(text) as Report;
  const failed = testResults
    .flatMap((file) => file.assertionResults)
    .filter(({ status }) => status === 'failed')
    .map(({ fullName }) => fullName);
  return { success, passed: numPassedTests, failed, timedOut, output };
}

/** Applies the mutant in the copy, runs its tests, and takes it out again. */
export async function runMutant(
  copy: string,
  mutant: ListedMutant,
  timeoutMs: number,
): Promise<{ verdict: Verdict; detail: string }> {
  const file = path.join(copy, mutant.file);
  const source = await readFile(file, 'utf8');
  let mutated: string;
  try {
    mutated = mutate(source, mutant);
  } catch (error) {
    return {
      verdict: 'DOES NOT APPLY',
      detail: error instanceof Error ? error.message : String(error),
    };
  }
  await writeFile(file, mutated);
  try {
    const { passed, failed, timedOut, output } = await runTests(copy, [mutant.tests], {
      only: mutant.only,
      bail: true,
      timeoutMs,
    });
    if (failed[0] !== undefined) return { verdict: 'killed', detail: failed[0] };
    if (timedOut) return { verdict: 'TIMED OUT', detail: `after ${timeoutMs / 1_000} s` };
    if (passed === 0)
      return {
        verdict: 'BROKEN',
        detail: output.trim().split('\n').slice(-5).join(' | ').slice(0, 400),
      };
    return { verdict: 'SURVIVED', detail: `${passed} tests passed` };
  } finally {
    await writeFile(file, source);
  }
}
