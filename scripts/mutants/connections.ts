/** What is checked of connections to the database. */
import type { MutantGroup } from './mutant.ts';

const REPLICAS = 'test/replicas/replicas.test.ts';
const POOLER = 'test/database/pooler.test.ts';

export const connections: readonly MutantGroup[] = [
  {
    file: 'src/database/address.ts',
    tests: REPLICAS,
    mutants: [
      {
        what: 'require encrypts without looking at the certificate',
        from: "if (mode === 'require') parameters.set('sslmode', 'verify-full');",
        to: "if (mode === 'require') parameters.set('sslmode', 'no-verify');",
        only: 'is used and verified',
      },
      {
        what: 'a standby that is writable by its settings counts as the primary',
        from: "'read-write': ({ isStandby, isReadOnly }: ServerReport) => !isStandby && !isReadOnly,",
        to: "'read-write': ({ isReadOnly }: ServerReport) => !isReadOnly,",
        only: 'leads to the one that fits',
      },
    ],
  },
  {
    file: 'src/database/pooler.ts',
    tests: POOLER,
    mutants: [
      {
        what: 'a gateway starts behind transactions without a way around them',
        from: 'if (!isDirect)',
        to: 'if (pooling === undefined)',
        only: 'does not start behind transactions',
      },
    ],
  },
  {
    file: 'src/database/standby.ts',
    tests: REPLICAS,
    mutants: [
      {
        what: 'a standby answers whatever it has replayed',
        from: 'if (state.hasReplayed) {',
        to: 'if (state.isStandby) {',
        only: 'stopped replaying',
      },
      {
        what: 'a standby that became a primary answers',
        from: "if (!state.isStandby) return 'promoted';",
        to: 'if (!state.isStandby) return undefined;',
        only: 'becomes a primary',
      },
      {
        what: 'a standby answers whichever primary it follows',
        from: "if (!state.isSameHistory) return 'timeline';",
        to: '',
        only: 'becomes a primary',
      },
      {
        what: 'each read waits for a standby that is behind',
        from: 'this.#isResting = true;\n    this.#problem = problem;',
        to: 'this.#problem = problem;',
        only: 'stopped replaying',
      },
    ],
  },
  {
    file: 'src/database/replicas.ts',
    tests: REPLICAS,
    mutants: [
      {
        what: 'a read that failed on a standby stays without an answer',
        from: 'if (error instanceof RequestError) throw error;\n      }\n    }\n    return read',
        to: 'throw error;\n      }\n    }\n    return read',
        only: 'cancels a read to go on replaying',
      },
    ],
  },
  {
    file: 'src/database/primary-position.ts',
    tests: REPLICAS,
    mutants: [
      {
        what: 'a read is told a position of before it began',
        from: 'this.#next = undefined;',
        to: 'void this.#sent.finally(() => (this.#next = undefined));',
        only: 'tells each read a position of after it began',
      },
    ],
  },
  {
    file: 'src/database/read-snapshot.ts',
    tests: REPLICAS,
    mutants: [
      {
        what: 'the statements of an answer see different states',
        from: 'isolation level repeatable read, read only',
        to: 'read only',
        only: 'is one state of the database',
      },
    ],
  },
];
