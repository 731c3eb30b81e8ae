import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const log = fileURLToPath(new URL('../../src/telemetry/log.ts', import.meta.url));

interface Ended {
  code: number | null;
  text: string;
  lines: string[];
}

/** Runs a program that has a `log`; standard error is read once the program has printed something, or has ended. */
function runWithLog(program: string): Promise<Ended> {
  const source = `import { createLogger } from ${JSON.stringify(log)};\nconst log = createLogger('info');\n${program}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const read = (): void =>
    void child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  child.stdout.once('data', read);
  child.once('exit', read);
  return new Promise((resolve) =>
    child.once('close', (code) =>
      resolve({ code, text, lines: text.split('\n').filter((line) => line !== '') }),
    ),
  );
}

// By what they say, since Node writes the stack of an exception between the lines, or into one.
const numbered = (text: string): number[] =>
  [...text.matchAll(/"n":(\d+)/g)].map(([, n]) => Number(n));

describe('what was logged before a process ends', () => {
  const lines = `process.stdout.write('.'); for (let n = 0; n < 500; n++) log.info({ n }, 'line');`;
  it.each([
    ['is over', '', 0, 0],
    ['ends itself', 'process.exit(3);', 3, 0],
    [
      'fails by an exception that nobody caught',
      `setImmediate(() => { throw new Error('bad'); });`,
      1,
      1,
    ],
  ])('is written when it %s', async (_how, end, code, torn) => {
    const ended = await runWithLog(`${lines}\n${end}`);
    const numbers = new Set(numbered(ended.text));
    const missing = Array.from({ length: 500 }, (_, n) => n).filter((n) => !numbers.has(n));
    expect(ended.code).toBe(code);
    // Node's own text may stand in the middle of one line.
    expect(missing.length).toBeLessThanOrEqual(torn);
  });
});

describe('a reader that stands still', () => {
  it('holds nothing up, costs the lines beyond what may wait, and is told how many', async () => {
    const { lines } = await runWithLog(`
      const part = 'x'.repeat(10_000);
      for (let n = 0; n < 3_000; n++) {
        log.info({ n, part });
        if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      process.stdout.write('.');`);
    const said = lines.map(
      (line) => JSON.parse(line) as { n?: number; lines?: number; msg?: string },
    );
    const written = said.filter(({ n }) => n !== undefined).length;
    expect(written).toBeLessThan(3_000);
    expect(said.at(-1)).toMatchObject({
      lines: 3_000 - written,
      msg: expect.stringContaining('were lost'),
    });
  });
});

describe('an error in the log', () => {
  it('has its causes, and of a lost connection no stack', async () => {
    const { lines } = await runWithLog(`
      process.stdout.write('.');
      log.error({ err: new Error('outer', { cause: new TypeError('inner') }) }, 'one');
      log.error({ err: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', secret: 'hunter2' }) }, 'two');
      log.error({ err: 'a text' }, 'three');`);
    expect(lines.map((line) => (JSON.parse(line) as { err: object }).err)).toEqual([
      {
        type: 'Error',
        message: 'outer',
        stack: expect.stringMatching(/^Error: outer\n {4}at /),
        cause: { type: 'TypeError', message: 'inner', stack: expect.any(String) },
      },
      { type: 'Error', message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' },
      { type: 'string' },
    ]);
  });
});
