/** Writes src/database/types.ts from a freshly migrated database; run after adding a migration. */
import { spawnSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect } from '../src/database/connect.ts';
import { startEmbedded } from '../src/embedded-postgres/start.ts';
import { migrate } from '../src/database/migrate.ts';
import { createLogger } from '../src/telemetry/log.ts';

const dataDir = await mkdtemp(path.join(tmpdir(), 'banyan-types-'));
const server = await startEmbedded({ dataDir });
try {
  const db = connect({ url: server.ownerUrl, poolSize: 1, log: createLogger('warn') });
  await migrate(db);
  await db.destroy();
  const { status } = spawnSync(
    path.join('node_modules', '.bin', 'kysely-codegen'),
    [
      '--dialect',
      'postgres',
      '--url',
      server.ownerUrl,
      '--out-file',
      'src/database/types.ts',
      '--exclude-pattern',
      'kysely_*',
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  process.exitCode = status ?? 1;
} finally {
  await server.discard();
}
