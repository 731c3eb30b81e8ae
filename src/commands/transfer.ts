/** `banyan export` and `banyan import`: one tree in a file, to be kept or moved. */
import path from 'node:path';
import type { Command } from 'commander';
import { filled } from './option-values.ts';
import { withDatabase } from './run.ts';
import type { Terminal } from './terminal.ts';

interface ExportOptions {
  organization: string;
  to?: string;
}

/** Adds both to the program. What they do is loaded when they run. */
export function addTransfer(program: Command, terminal: Terminal): void {
  program
    .command('export')
    .summary('Write one tree, with everything that belongs to it, to a file.')
    .description(
      'Write one tree to a file, as of one instant: organizations, people, rights, usage and audit log. The file holds hashes of ' +
        'credentials, so only its owner can read it; keep it like a backup. A file that exists is not overwritten.',
    )
    .requiredOption('--organization <slug>', 'slug of the organization at the top', filled)
    .option('--to <file>', 'where to write it (default: <slug>.ndjson)', filled)
    .action((options: ExportOptions) => exportTo(terminal, options));
  program
    .command('import')
    .summary('Bring a tree that was exported into this installation.')
    .description(
      'Bring a tree that was exported into this installation, in one transaction: all of it or nothing. Both installations must have ' +
        'the same schema. It refuses what is here already, such as a slug, and people who are here stay as they are. ' +
        'Changes of other trees wait while the audit log is brought.',
    )
    .argument('<file>', 'file that banyan export wrote')
    .action((file: string) => importFrom(terminal, file));
}

function exportTo(terminal: Terminal, { organization, to }: ExportOptions): Promise<void> {
  const file = path.resolve(to ?? `${organization}.ndjson`);
  return withDatabase(terminal, async ({ url, db }) => {
    const { sealAuditLog } = await import('../modules/audit/seal.ts');
    const { exportTree } = await import('../transfer/export.ts');
    await sealAuditLog(db);
    const { rows } = await exportTree(url, organization, file);
    terminal.print(`Exported ${organization} to ${file}: ${summary(rows)}.`);
    terminal.print('The file holds hashes of credentials. Only its owner can read it.');
  });
}

function importFrom(terminal: Terminal, name: string): Promise<void> {
  return withDatabase(terminal, async ({ url }) => {
    const { importTree } = await import('../transfer/import.ts');
    const { slug, rows, peopleFound, jobs, usage } = await importTree(url, path.resolve(name));
    terminal.print(`Imported ${slug}: ${summary(rows)}.`);
    terminal.print(`${peopleFound} people were here already. ${jobs} jobs go on here.`);
    const sums = Object.entries(usage).map(([metric, total]) => `${metric} ${total}`);
    terminal.print(`Totals of usage as in the file: ${sums.join(', ') || 'none'}.`);
  });
}

/** The tables that have rows, with their numbers. */
function summary(rows: Readonly<Record<string, number>>): string {
  return Object.entries(rows)
    .filter(([, count]) => count > 0)
    .map(([table, count]) => `${count} ${table}`)
    .join(', ');
}
