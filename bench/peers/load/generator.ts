/** The load generator as the command sees it: a process that makes one load after the other. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Load, LoadResult } from './protocol.ts';

export interface Generator {
  /** Makes a load; throws if any answer failed. */
  make(load: Load): Promise<LoadResult>;
  close(): void;
}

export function startGenerator(): Generator {
  const child = spawn(process.execPath, ['bench/peers/load/client.ts'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  // Before the servers, which it would miss.
  process.once('exit', () => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async make(load) {
      child.stdin.write(`${JSON.stringify(load)}\n`);
      const line = await lines.next();
      if (line.done) throw new Error('the load generator ended');
      const result = JSON.parse(line.value) as LoadResult;
      if (result.failed > 0)
        throw new Error(
          `${result.failed} of ${result.requests} answers of ${load.url} failed: ${result.failure}`,
        );
      return result;
    },
    close: () => child.stdin.end(),
  };
}
