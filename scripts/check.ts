/**
 * `npm run check`: the type checkers, the linter and the formatter, side by side, since each of them
 * leaves cores idle for part of its time. Prints what each has to say when it ends.
 */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

const CACHE = 'node_modules/.cache';
const CHECKS = [
  `tsc --incremental --tsBuildInfoFile ${CACHE}/types.json`,
  `tsc --project console --incremental --tsBuildInfoFile ${CACHE}/console-types.json`,
  'oxlint --type-aware --deny-warnings',
  `prettier --check --cache --cache-strategy content --cache-location ${CACHE}/formatted.json --log-level warn .`,
];

/** Runs a command. Returns whether it found nothing. */
async function passes(command: string): Promise<boolean> {
  const [program = '', ...words] = command.split(' ');
  const child = spawn(program, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  if (code !== 0) console.error(`${program} failed (${code}): ${command}`);
  return code === 0;
}

const results = await Promise.all(CHECKS.map(passes));
process.exitCode = results.every(Boolean) ? 0 : 1;
