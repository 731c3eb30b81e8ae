/**
 * `npm run test:steady`: runs the suite again and again beside processes that keep the cores busy,
 * and says how often it was green. A test that depends on the speed of the machine fails here.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10' },
    busy: { type: 'string', default: '2' },
  },
});

/** A process that computes without end. */
const busyLoop = () => spawn(process.execPath, ['--eval', 'for (;;);'], { stdio: 'ignore' });

/** Runs the suite. Returns whether it passed, and what it printed. */
async function suite(): Promise<{ isGreen: boolean; output: string }> {
  const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { isGreen: code === 0, output };
}

const runs = Number(values.runs);
const loops = Array.from({ length: Number(values.busy) }, busyLoop);
process.once('exit', () => loops.forEach((loop) => loop.kill()));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

let green = 0;
for (let run = 1; run <= runs; run++) {
  const startedAt = performance.now();
  const { isGreen, output } = await suite();
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
  console.log(`run ${run}: ${output.trimEnd().split('\n').at(-1)}, ${minutes} min`);
  if (isGreen) green++;
  else console.log(output);
}
console.log(`${green} of ${runs} runs were green beside ${loops.length} busy loops`);
process.exit(green === runs ? 0 : 1);
