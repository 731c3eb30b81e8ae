/** What is checked of connections to the database. */
import type { MutantGroup } from './mutant.ts';

const ADDRESSES = 'test/replicas/addresses.test.ts';
const POOLER = 'test/database/pooler.test.ts';

export const connections: readonly MutantGroup[] = [
  {
    file: 'src/database/address.ts',
    tests: ADDRESSES,
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
];
