/**
 * Fixtures of test files: what the tests of a file share is made when the first of them asks for it,
 * and closed after the last. This module is shared by the files of a process. So a file changes a
 * fixture for itself with `extend`; `override` would change it for the others.
 */
import { test } from 'vitest';
import { Sessions } from '../../src/authentication/session.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { createDatabase } from './database.ts';
import { startIssuer } from './issuer.ts';
import { createWorld } from './world.ts';

type WorldOptions = Parameters<typeof createWorld>;

/** Tests with a migrated database, with the world, or with an identity provider. */
export const it = test
  .extend('database', { scope: 'file' }, async ({}, { onCleanup }) => {
    const database = await createDatabase();
    onCleanup(() => database.close());
    return database;
  })
  .extend('issuer', { scope: 'file' }, async ({}, { onCleanup }) => {
    const issuer = await startIssuer();
    onCleanup(() => issuer.close());
    return issuer;
  })
  .extend('options', { scope: 'file' }, (): WorldOptions => [])
  .extend('world', { scope: 'file' }, async ({ options }, { onCleanup }) => {
    const world = await createWorld(...options);
    onCleanup(() => world.close());
    return world;
  });

/** Tests in a world of these options. */
export const inWorld = (...options: WorldOptions) =>
  it.extend('options', { scope: 'file' }, () => options);

/** Tests in a world whose gateway accepts sessions of the identity provider. */
export const withSessions = (...[overrides, pool]: WorldOptions) =>
  it.extend('options', { scope: 'file' }, ({ issuer }): WorldOptions => [
    { sessions: new Sessions(issuer.settings, createLogger('silent')), ...overrides },
    pool,
  ]);
