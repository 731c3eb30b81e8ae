/** Every command that the README and the guide print works as printed, in `sh` and in `zsh`. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeDataFolder } from '../cli/data-folder.ts';
import { serve, type RunningGateway } from '../cli/run.ts';
import { readPages, root, type Block, type Page } from './pages.ts';

/** What is on the way here already: it installs the packages, starts the gateway and runs this test. */
const BY_HAND = ['npm ci && npm start\n', 'npm ci && npm test\n'];
const PRINTED_ADDRESS = 'http://127.0.0.1:4000/';
const END_OF_BLOCK = '--- end of block ---';

const pages = (await readPages('README.md', 'docs/guide/*.md')).filter(
  (page) => commandsOf(page).length > 0,
);
const shells = ['sh', 'zsh'].map((shell) => ({
  shell,
  installed: spawnSync(shell, ['-c', 'exit']).status === 0,
}));

let checkout: string;
let gateway: RunningGateway;

beforeAll(async () => {
  checkout = await mkdtemp(path.join(tmpdir(), 'banyan-commands-'));
  for (const entry of await readdir(root)) {
    if (!['.git', '.data'].includes(entry))
      await symlink(path.join(root, entry), path.join(checkout, entry));
  }
  gateway = await serve({ DATA_DIR: path.join(checkout, '.data') });
});
afterAll(async () => {
  await gateway.end('SIGTERM');
  await removeDataFolder(path.join(checkout, '.data'));
  await rm(checkout, { recursive: true });
});

describe('commands of the documentation', () => {
  it('leaves only the commands that start this test, and few others, unrun', () => {
    const unrun = pages.flatMap(({ blocks }) =>
      blocks.filter(({ language }) => language === 'console'),
    );
    expect(
      pages.flatMap(({ blocks }) => blocks).filter(({ text }) => BY_HAND.includes(text)),
    ).toHaveLength(BY_HAND.length);
    expect(unrun.length).toBeLessThanOrEqual(3);
  });

  for (const [index, { shell, installed }] of shells.entries()) {
    for (const page of pages) {
      // The project's own commands are run by npm, in a shell of its choice: once is enough.
      const blocks = commandsOf(page).filter(
        ({ text }) => index === 0 || !text.startsWith('npm run '),
      );
      if (blocks.length === 0) continue;
      const title = `${page.file} works as printed in ${shell}${installed ? '' : `, which is not installed here`}`;
      it.skipIf(!installed)(title, async () => {
        const printed = await runInShell(shell, blocks);
        for (const [position, block] of blocks.entries()) {
          const where = `${page.file}:${block.line} in ${shell} printed ${printed[position]}`;
          expect(printed[position], where).not.toMatch(/"errors":|"message":/);
          const promised = answerAfter(page, block);
          // A second shell repeats requests, so that answers tell what the first one did.
          if (promised && index === 0)
            expect(normalized(printed[position] ?? ''), where).toEqual(normalized(promised.text));
        }
      });
    }
  }
});

/** The blocks of a page that are run. */
function commandsOf({ blocks }: Page): Block[] {
  return blocks.filter(({ language, text }) => language === 'sh' && !BY_HAND.includes(text));
}

/** The answer that the page prints right after a block. */
function answerAfter({ blocks }: Page, block: Block): Block | undefined {
  const next = blocks[blocks.indexOf(block) + 1];
  return next?.language === 'json' && next.text.includes('"data"') ? next : undefined;
}

/** Runs the blocks of one page in one shell, as a reader who copies them one by one, and returns what each printed. */
function runInShell(shell: string, blocks: readonly Block[]): Promise<string[]> {
  const script = blocks
    .map(({ text }) => `${text}echo '${END_OF_BLOCK}'\n`)
    .join('')
    .replaceAll(PRINTED_ADDRESS, new URL('/', gateway.url).href);
  const {
    DATABASE_URL: _database,
    REDIS_URL: _redis,
    DATA_DIR: _folder,
    ...inherited
  } = process.env;
  const child = spawn(shell, ['-e', '-c', script], {
    cwd: checkout,
    env: { ...inherited, NODE_ENV: '' },
    timeout: 60_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const printed = stdout.split(`${END_OF_BLOCK}\n`);
      const failed = blocks[printed.length - 1];
      if (failed)
        reject(
          new Error(
            `${shell} ended with ${code} in "${failed.heading}", line ${failed.line}: ${printed.at(-1)}${stderr}`,
          ),
        );
      else resolve(printed);
    });
  });
}

/** The data of an answer, without what is different each time. */
function normalized(text: string): unknown {
  const { data } = JSON.parse(
    text
      .replaceAll(/\b([a-z]{3})_[0-9a-f]{32}\b/g, '$1_id')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'instant')
      .replaceAll(/banyan-verification=[0-9a-f]{32}/g, 'challenge')
      // Jobs may be done before the answer is read, or after.
      .replaceAll(/("status":\s*)"(pending|active)"/g, '$1"billed"')
      .replaceAll(/("(?:provisioning|delivery)":\s*\{\s*"status":\s*)"[A-Z]+"/g, '$1"by a job"'),
  ) as { data: unknown };
  return data;
}
