import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { explainFailure } from '../../src/commands/failure.ts';
import { startEmbedded } from '../../src/embedded-postgres/start.ts';
import { ConfigurationError } from '../../src/errors.ts';
import { postmasterOf } from './data-folder.ts';

it('stops an embedded server that ends by itself meanwhile', async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'banyan-ended-'));
  const server = await startEmbedded({ dataDir });
  const postmaster = await postmasterOf(dataDir);
  const end = (): void => {
    unsubscribe('net.client.socket', end);
    process.kill(postmaster, 'SIGKILL');
  };
  // Ends while it is asked whether it answers, which is just before it is told to stop.
  subscribe('net.client.socket', end);
  await expect(server.stop()).resolves.toBeUndefined();
  await rm(dataDir, { recursive: true });
});

it('tells what a command failed of, and not what could not be closed after it', async () => {
  const failing = async (): Promise<void> => {
    await using opened = new AsyncDisposableStack();
    opened.defer(() => Promise.reject(new Error('The server cannot be stopped.')));
    opened.defer(() => Promise.reject(new Error('The pool cannot be closed.')));
    throw new ConfigurationError('This is the cause.');
  };
  const failed: unknown = await failing().catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(SuppressedError);
  expect(explainFailure(failed)).toBe('This is the cause.');
});
