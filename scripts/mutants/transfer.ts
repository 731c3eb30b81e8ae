/** The guards of a tree that is brought from a file (docs/decisions/0041-moving-a-tree.md). */
import type { MutantGroup } from './mutant.ts';

const TESTS = 'test/transfer/transfer.test.ts';
const BROKEN = 'changes nothing when the file was cut off, altered';

export const transfer: readonly MutantGroup[] = [
  {
    file: 'src/transfer/import.ts',
    tests: TESTS,
    mutants: [
      {
        what: 'an audit log that was altered is imported',
        from: 'await requireSeals(client);',
        to: '',
        only: BROKEN,
      },
      {
        what: 'totals that differ from those of the export are imported',
        from: 'requireSameSums(usage, end.usage);',
        to: '',
        only: BROKEN,
      },
    ],
  },
  {
    file: 'src/transfer/staging.ts',
    tests: TESTS,
    mutants: [
      {
        what: 'rows that were altered are imported',
        from: "if (hash.digest('hex') !== end.sha256)",
        to: "if (hash.digest('hex') === '')",
        only: BROKEN,
      },
    ],
  },
  {
    file: 'src/transfer/export.ts',
    tests: TESTS,
    mutants: [
      {
        what: 'everyone on the machine reads the hashes of credentials',
        from: 'mode: 0o600',
        to: 'mode: 0o644',
        only: 'holds rows of every table, in a file for its owner alone',
      },
    ],
  },
];
