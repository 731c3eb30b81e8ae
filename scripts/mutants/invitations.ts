/** What is checked before somebody answers an invitation (docs/decisions/0011-invitations.md). */
import type { MutantGroup } from './mutant.ts';

const INVITING = 'test/invitation/inviting.test.ts';
const SENDING = 'test/invitation/sending.test.ts';
const CREATING = 'test/organization/creating.test.ts';
const TYPED = 'test/organization/typed-text.test.ts';
const NAMES = 'test/invitation/names.test.ts';
const WRONG = 'has one answer for whatever is wrong';

export const invitations: readonly MutantGroup[] = [
  {
    file: 'src/modules/invitation/commands.ts',
    tests: INVITING,
    mutants: [
      {
        what: 'a closed invitation is sent again or taken back',
        from: "if (invitation.stored !== 'PENDING') refuse(InvitationClosedError, {});",
        to: '',
        only: 'takes back a pending one once',
      },
    ],
  },
  {
    file: 'src/modules/invitation/answer-commands.ts',
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
        what: 'a mistyped invitation token reaches the database',
        from: "if ('token' in which && request.principal.user && !isInvitationToken(which.token))",
        to: 'if (false)',
        tests: 'test/credential/forged.test.ts',
        only: 'altered invitation tokens',
      },
    ],
  },
  {
    file: 'src/modules/invitation/writes.ts',
    tests: INVITING,
    mutants: [
      {
        what: 'members are invited once more',
        from: 'where u.canonical_email = any (${addresses}::text[])\n      union all',
        to: 'where false\n      union all',
        only: 'inviting many',
      },
      {
        what: 'an invitation that expired is in the way of a new one',
        from: 'cross join (select count(*) from expired) as earlier',
        to: '',
        only: 'takes the place of one that ran out',
      },
      {
        what: 'one sender invites any number of people',
        from: 'least(${mailLimits.perSender} - sent.by_sender, ${mailLimits.perTree} - sent.in_tree)',
        to: '${mailLimits.perTree} - sent.in_tree',
        tests: SENDING,
        only: 'the limits of sending',
      },
      {
        what: 'any number of people are invited in a tree',
        from: 'least(${mailLimits.perSender} - sent.by_sender, ${mailLimits.perTree} - sent.in_tree)',
        to: '${mailLimits.perSender} - sent.by_sender',
        tests: SENDING,
        only: 'the limits of sending',
      },
    ],
  },
  {
    file: 'src/modules/invitation/locks.ts',
    tests: INVITING,
    mutants: [
      {
        what: 'an invitation is answered by its id by somebody else than it is addressed to',
        from: 'where i.id = ${id}::uuid and i.canonical_email = ${verifiedEmail ?? null}`',
        to: 'where i.id = ${id}::uuid`',
        only: 'works by the id that the invited person sees',
      },
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
    ],
  },
  {
    file: 'migrations/0107_invitations.sql',
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
        from: 'create unique index invitations_one_pending',
        to: 'create index invitations_one_pending',
        only: 'is one in the database too',
      },
    ],
  },
  {
    file: 'src/modules/invitation/sending.ts',
    tests: SENDING,
    mutants: [
      {
        what: 'mail is sent for a person whose address is not verified',
        from: 'u.id = ${principal.user?.id ?? null}::uuid\n          or ',
        to: '',
        only: 'in organizations that others created',
      },
      {
        what: 'mail is sent in a tree whose creator has no verified address',
        from: 'or u.id = (select s.user_id from standalone_organizations s where s.organization_id = ${treeId}::uuid)',
        to: '',
        only: 'nor does a key or anybody else',
      },
      {
        what: 'one sender asks for any number of mails',
        from: 'Math.min(roomOfSender, roomOfTree)',
        to: 'roomOfTree',
        only: 'the limits of sending',
      },
      {
        what: 'a tree asks for any number of mails',
        from: 'Math.min(roomOfSender, roomOfTree)',
        to: 'roomOfSender',
        only: 'the limits of sending',
      },
      {
        what: 'mails that are asked for at the same moment are not counted',
        from: 'count(pg_advisory_xact_lock(hashtextextended(name, 0)))',
        to: 'count(hashtextextended(name, 0))',
        only: 'at the same moment',
      },
      {
        what: 'an address gets any number of mails out of one tree',
        from: 'sent.mails >= ${perAddress}::int',
        to: 'sent.mails > 1e9',
        only: 'gets five mails out of one tree',
      },
      {
        what: 'mails out of another tree count towards the limit of an address',
        from: 'm.tree_id = ${treeId}::uuid and m.canonical_email',
        to: '(m.tree_id = ${treeId}::uuid or true) and m.canonical_email',
        only: 'is blocked for nobody',
      },
    ],
  },
  {
    file: 'src/modules/invitation/jobs.ts',
    tests: SENDING,
    mutants: [
      {
        what: 'mails are sent that were to be withheld',
        from: 'if (invitation.withheld) {',
        to: 'if (invitation.withheld === null) {',
        only: 'gets five mails out of one tree',
      },
    ],
  },
  {
    file: 'src/modules/invitation/commands.ts',
    tests: SENDING,
    mutants: [
      {
        what: 'invitations are sent again beyond the limits',
        from: 'if (room < 1) throw new Refused(refusal);',
        to: 'if (room < -1e9) throw new Refused(refusal);',
        only: 'the limits of sending refuse|the limits of sending > refuse',
      },
    ],
  },
  {
    file: 'src/modules/organization/create/commands.ts',
    tests: SENDING,
    mutants: [
      {
        what: 'an account whose address is not verified creates any number of trees',
        from: 'await requireFirstOrVerified(acting);',
        to: '',
        only: 'creates one organization',
      },
      {
        what: 'an organization begins without an account that it was given, which another one has',
        from: 'if (lost) refuse(ExternalAccountTakenError, { ...lost });',
        to: '',
        tests: CREATING,
        only: 'an account of another organization',
      },
    ],
  },
  {
    file: 'src/values/text.ts',
    tests: NAMES,
    mutants: [
      {
        what: 'names are links',
        from: 'if (problem !== undefined || !looksLikeLink(name))',
        to: "if (problem !== undefined || name !== '')",
        only: 'looks like a link',
      },
      {
        what: 'names are links in full-width letters',
        from: "LINK.test(text) || LINK.test(text.normalize('NFKC'))",
        to: 'LINK.test(text)',
        only: 'looks like a link',
      },
      {
        what: 'names turn the direction of writing',
        from: "if (text.replaceAll(JOINER, '').search(INVISIBLE) >= 0) {",
        to: "if (text === '') {",
        only: 'cannot be seen',
      },
      {
        what: 'joiners that nobody needs hide in names',
        from: "text.replaceAll(JOINER, '')",
        to: "text.replaceAll(/[\\u200c\\u200d]/g, '')",
        only: 'cannot be seen',
      },
      {
        what: 'names show nothing',
        from: "return VISIBLE.test(text) ? undefined : 'must contain a visible character';",
        to: 'return undefined;',
        tests: TYPED,
        only: 'needs a character',
      },
      {
        what: 'a name typed on a Mac is another than one typed on a PC',
        from: "return text.normalize('NFC').trim();",
        to: 'return text.trim();',
        tests: TYPED,
        only: 'stored in one form',
      },
      {
        what: 'a search for what nobody can see finds everything',
        from: 'if (/^[\\p{Default_Ignorable_Code_Point}\\s]*$/u.test(pattern))',
        to: "if (pattern === '')",
        tests: TYPED,
        only: 'nobody can see',
      },
    ],
  },
  {
    file: 'src/values/email.ts',
    tests: 'test/user/email.test.ts',
    mutants: [
      {
        what: 'another domain is taken for one in ASCII that it looks like',
        from: ' || mixesWithAscii(typed)) return undefined;',
        to: ') return undefined;',
        only: 'two different domains',
      },
      {
        what: 'an international domain is written to in letters',
        from: 'mailbox: unicode === ascii ? email : `${local}@${ascii}`',
        to: 'mailbox: unicode === ascii ? email : `${local}@${unicode}`',
        only: 'however they are typed',
      },
    ],
  },
  {
    file: 'src/modules/invitation/mail.ts',
    tests: NAMES,
    mutants: [
      {
        what: 'names from before become links in mails',
        from: 'harmlessName(mail.organizationName)',
        to: 'mail.organizationName',
        only: 'a name from before',
      },
      {
        what: 'names of roles from before become links in mails',
        from: 'mail.roleNames.map(harmlessName)',
        to: 'mail.roleNames',
        only: 'a name from before',
      },
    ],
  },
];
