/** `banyan documents`: what clients register, what is registered, and what is taken away. */
import { readFile } from 'node:fs/promises';
import { ConfigurationError } from '../errors.ts';
import { readManifest } from '../modules/trusted-documents/manifest.ts';
import {
  addTrustedDocuments,
  listTrustedDocuments,
  removeTrustedDocuments,
} from '../modules/trusted-documents/queries.ts';
import { schema } from '../schema.ts';
import { withDatabase } from './run.ts';
import type { Terminal } from './terminal.ts';

const counted = (count: number): string => `${count} ${count === 1 ? 'document' : 'documents'}`;

/** Registers the manifest in `file`, all or nothing. */
export async function addDocuments(
  terminal: Terminal,
  client: string,
  file: string,
): Promise<void> {
  if (!/^[a-z0-9][a-z0-9._-]{0,62}$/.test(client)) {
    throw new ConfigurationError(
      '--client must have 1 to 63 characters of a-z, 0-9, dots, hyphens and underscores.',
    );
  }
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new ConfigurationError(
      `The manifest cannot be read: ${error instanceof Error ? error.message : 'unknown reason'}.`,
    );
  });
  const documents = readManifest(text, schema);
  await withDatabase(terminal, async ({ db }) => {
    const added = await addTrustedDocuments(db, client, documents);
    terminal.print(
      `Registered ${counted(added)} for ${client}; ${documents.length - added} were registered already.`,
    );
  });
}

/** Prints each client with the number and size of its documents. */
export function listDocuments(terminal: Terminal): Promise<void> {
  return withDatabase(terminal, async ({ db }) => {
    const clients = await listTrustedDocuments(db);
    if (clients.length === 0) terminal.print('No documents are registered.');
    for (const { client, documents, bytes, lastAddedAt } of clients) {
      terminal.print(
        `${client}  ${counted(documents)}, ${bytes} bytes, last added ${lastAddedAt.toISOString()}`,
      );
    }
  });
}

/** Removes all documents of a client. */
export function removeDocuments(terminal: Terminal, client: string): Promise<void> {
  return withDatabase(terminal, async ({ db }) => {
    const removed = await removeTrustedDocuments(db, client);
    if (removed === 0) throw new ConfigurationError(`No documents are registered for ${client}.`);
    terminal.print(`Removed ${counted(removed)} of ${client}.`);
  });
}
