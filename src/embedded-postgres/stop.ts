/** Stops a server with PostgreSQL's own program, and waits for its end. */
import path from 'node:path';
import type { Account } from './account.ts';
import { answers, livingServer, type Running } from './running-server.ts';
import { run } from './tools.ts';

/** Seconds that an orderly shutdown may take; an immediate one may take as long again. */
export const STOP_S = 20;

/** Stops the server of a folder: in an orderly way if possible, otherwise immediately. */
export async function stopServer(
  { port }: Running,
  folder: string,
  binaries: string,
  account: Account | undefined,
): Promise<void> {
  const stopBy = (mode: 'fast' | 'immediate'): Promise<void> =>
    run(
      path.join(binaries, 'pg_ctl'),
      ['stop', '-D', folder, '-w', '-m', mode, '-t', String(STOP_S)],
      account,
    );
  // A recovering server may never shut down in an orderly way (see `Postmaster.find`).
  const isOrderly = await answers(port);
  try {
    await stopBy(isOrderly ? 'fast' : 'immediate').catch(() => stopBy('immediate'));
  } catch (error) {
    // It may have ended by itself meanwhile, for lack of room on its disk for example.
    if (await livingServer(folder)) throw error;
  }
}
