/** What is checked before somebody answers an invitation (docs/decisions/0011-invitations.md). */
import type { MutantGroup } from './mutant.ts';

const INVITING = 'test/invitation/inviting.test.ts';
const WRONG = 'has one answer for whatever is wrong';

export const invitations: readonly MutantGroup[] = [
  {
    file: 'src/invitation/actions.ts',
    tests: INVITING,
    mutants: [
      {
        what: 'an invitation is answered by somebody else than it is addressed to',
        from: '|| !isOwn)',
        to: ')',
        only: WRONG,
      },
      {
        what: 'an invitation is answered that is not pending any more',
        from: "invitation.status !== 'PENDING' || ",
        to: '',
        only: WRONG,
      },
      {
        what: 'an invitation of a suspended organization is accepted',
        from: 'if (invitation.suspended || !(await',
        to: 'if (!(await',
        only: 'while the organization, or one above it, is suspended',
      },
      {
        what: 'an invitation is accepted although its inviter lost all rights',
        from: '!(await couldStillGrant(tx, invitation, lineage))',
        to: 'false',
        only: 'the inviting API key was revoked',
      },
      {
        what: 'a closed invitation is sent again or taken back',
        from: "if (invitation.stored !== 'PENDING') refuse('InvitationClosedError', {});",
        to: '',
        only: 'takes back a pending one once',
      },
      {
        what: 'a mistyped invitation token reaches the database',
        from: 'if (request.principal.user && !isInvitationToken(token))',
        to: 'if (false)',
        tests: 'test/credential/forged.test.ts',
        only: 'altered invitation tokens',
      },
    ],
  },
  {
    file: 'src/invitation/write-store.ts',
    tests: INVITING,
    mutants: [
      {
        what: 'the earlier tokens of an invitation that was sent again work',
        from: ' and t.ended_at is null',
        to: '',
        only: WRONG,
      },
      {
        what: 'two requests answer one invitation',
        from: 'await sql`select from invitations where id = ${id}::uuid for update`.execute(tx);',
        to: '',
        tests: 'test/access/locks.test.ts',
        only: 'an invitation that is answered',
      },
      {
        what: 'members are invited once more',
        from: 'where u.canonical_email = any (${addresses}::text[])\n    union all',
        to: 'where false\n    union all',
        only: 'inviting many',
      },
      {
        what: 'invitations elsewhere are changed',
        from: "${organizationsWithin(principal, { scope: 'members:read' })} as o on",
        to: 'organizations as o on',
        tests: 'test/access/locks.test.ts',
        only: 'of an invitation elsewhere',
      },
    ],
  },
  {
    file: 'migrations/0003_credentials.sql',
    tests: INVITING,
    mutants: [
      {
        what: 'an invitation that ran out is pending',
        from: "case when stored = 'PENDING' and expires_at <= now() then 'EXPIRED' else stored end",
        to: "case when stored = 'PENDING' and expires_at <= now() then 'PENDING' else stored end",
        only: WRONG,
      },
      {
        what: 'an address has two pending invitations to one organization',
        from: "create unique index invitations_one_pending on invitations (organization_id, canonical_email) where status = 'PENDING';",
        to: 'create index invitations_one_pending on invitations (organization_id, canonical_email);',
        only: 'is one in the database too',
      },
    ],
  },
  // Limits of mail and of unverified accounts: here.
];
