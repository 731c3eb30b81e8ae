/** The way of every change (docs/decisions/0008-changes.md): its checks, its locks, its records. */
import type { MutantGroup } from './mutant.ts';

const LOCKS = 'test/access/locks.test.ts';
const KEYS = 'test/organization/creating.test.ts';
const REPEATS = 'test/credential/repeated-requests.test.ts';

export const actions: readonly MutantGroup[] = [
  {
    file: 'src/command/run.ts',
    tests: LOCKS,
    mutants: [
      {
        what: 'a change is made to an organization that is no longer below',
        from: 'if (!lineage || !isInSubtree(current, lineage)) throw notFound();',
        to: 'if (!lineage) throw notFound();',
        only: 'its organization was moved',
      },
      {
        what: 'a change needs no scope',
        from: 'if (!can(current, command.scope, lineage)) throw forbidden([command.scope]);',
        to: '',
        only: 'its person was removed, or their role',
      },
      {
        what: 'a change rests on the rights that were read before its locks',
        from: 'return { current: withRights(principal, rights[0]), earlier: earlier[0] };',
        to: 'return { current: principal, earlier: earlier[0] };',
        only: 'its person was removed, or their role',
      },
      {
        what: 'usage is recorded with rights that were read before its locks',
        from: 'const [rights] = await many(tx, currentRights(request.principal, locked)); return add(tx, withRights(request.principal, rights));',
        to: 'return add(tx, request.principal);',
        only: 'its key was revoked, where usage',
      },
      {
        what: 'a change repeats under the same idempotency key',
        from: 'if (idempotency && locked.earlier) {',
        to: "if (idempotency && locked.earlier && action === '') {",
        tests: KEYS,
        only: 'has one effect and one answer',
      },
      {
        what: 'a repeat gets a secret without the rights that it gives',
        from: 'if (command.scope !== undefined) await command.requireForRepeat?.(allowed);',
        to: '',
        tests: REPEATS,
        only: 'is judged anew',
      },
    ],
  },
  {
    file: 'src/command/locks.ts',
    tests: LOCKS,
    mutants: [
      {
        what: 'two changes to one person are made at a time',
        from: 'where u.id = ${userId}::uuid for no key update of u`',
        to: 'where u.id = ${userId}::uuid`',
        only: 'by a person for their own sake',
      },
      {
        what: 'a suspension overlaps with changes below',
        from: 'lock_organization(id, ${wholeTree}, ${includeDeleted})',
        to: 'lock_organization(id, false, ${includeDeleted})',
        only: 'nothing else in the tree',
      },
      {
        what: 'somebody locks an organization that they may not know of',
        from: "typeof on === 'string' ? readable(principal, on)",
        to: "typeof on === 'string' ? sql<{ id: string }>`select ${on}::uuid as id`",
        only: 'of an organization elsewhere, nothing is waited for',
      },
    ],
  },
  {
    file: 'src/command/records.ts',
    tests: 'test/audit/trail.test.ts',
    mutants: [
      {
        what: 'a change leaves nothing in the log',
        from: 'sql<object>`${withRecords} ${rows}`',
        to: 'rows',
        only: 'tells who did what',
      },
    ],
  },
  {
    file: 'src/modules/organization/create/writes.ts',
    tests: KEYS,
    mutants: [
      {
        what: 'an organization is created where it lies too deep',
        from: ' and ${parent?.lineage.length ?? 0}::int <= bounds.limit',
        to: '',
        only: 'that would lie too deep',
      },
      {
        what: 'a slug is given that nobody may have',
        from: 'where problem is null and',
        to: 'where',
        only: 'retired, reserved or too short',
      },
    ],
  },
  {
    file: 'src/command/refusals.ts',
    tests: 'test/audit/trail.test.ts',
    mutants: [
      {
        what: 'refused attempts are not in the log',
        from: 'await recordRefusal(request, command, refusal);',
        to: '',
        only: 'tells of an attempt on a foreign organization',
      },
      {
        what: 'refused attempts are in the log of those who may not know',
        from: "const seen = aimedAt !== null && (typeof on === 'string' || (await locate(tx, principal, aimedAt)) !== null);",
        to: 'const seen = aimedAt !== null;',
        only: 'tells of an answer to an invitation elsewhere',
      },
    ],
  },
  {
    file: 'src/modules/credential/remembered.ts',
    tests: REPEATS,
    mutants: [
      {
        what: 'a secret is remembered in clear',
        from: 'sealed: sealing.seal(secret, id) };',
        to: 'sealed: secret };',
        only: 'leaves its secret in no table',
      },
    ],
  },
  {
    file: 'src/command/idempotency.ts',
    tests: KEYS,
    mutants: [
      {
        what: 'an idempotency key answers another input',
        from: "if (earlier.input_hash !== inputHash.toString('hex')) refuse(IdempotencyConflictError, {});",
        to: '',
        only: 'with another input is a conflict',
      },
      {
        what: 'an idempotency key answers another actor',
        from: 'columns: { organization_id: id, actor }',
        to: 'columns: { organization_id: id, actor: actor.slice(0, 3) }',
        only: 'with another input is a conflict',
      },
      {
        what: 'an idempotency key is kept for good',
        from: ' and created_at > now() - ${KEPT}',
        to: '',
        only: 'is kept for 24 hours',
      },
    ],
  },
  {
    file: 'src/modules/organization/preconditions.ts',
    tests: 'test/organization/suspending.test.ts',
    mutants: [
      {
        what: 'somebody suspends or deletes the organization that they act in',
        from: `if (id === principal.organization?.id) throw badInput('id', "must be an organization below the caller's organization");`,
        to: '',
        only: 'cannot be the one that the request acts in',
      },
    ],
  },
  {
    file: 'src/modules/organization/suspend/commands.ts',
    tests: 'test/organization/suspending.test.ts',
    mutants: [
      {
        what: 'a suspension does not wait for the changes below that it forbids',
        from: 'scope: MANAGE_CHILDREN, wholeTree: true }',
        to: 'scope: MANAGE_CHILDREN, wholeTree: false }',
        tests: LOCKS,
        only: 'a suspension waits',
      },
    ],
  },
  {
    file: 'src/modules/organization/move/commands.ts',
    tests: 'test/organization/moving.test.ts',
    mutants: [
      {
        what: 'something is moved to a parent elsewhere',
        from: '${readableOrganizations(principal)} as o where',
        to: 'organizations as o where',
        only: 'needs the organization, where it leaves',
      },
      {
        what: 'a move names what lies above the organization of the request',
        from: "lineage.slice(lineage.indexOf(organization?.id ?? ''))",
        to: "lineage.slice(0 * lineage.indexOf(organization?.id ?? ''))",
        only: 'names nothing above',
      },
    ],
  },
  {
    file: 'src/modules/organization/delete/commands.ts',
    tests: 'test/organization/deleting.test.ts',
    mutants: [
      {
        what: 'the top of a tree is deleted without the right to what is below',
        from: 'if (!reachesBelow(principal)) throw forbidden([MANAGE_CHILDREN]);',
        to: '',
        only: 'takes both scopes',
      },
      {
        what: 'the top of a tree is deleted without its slug as confirmation',
        from: "if (!named) throw badInput('confirmSlug', CONFIRMATION);",
        to: '',
        only: 'with its slug as confirmation',
      },
    ],
  },
  {
    file: 'src/modules/organization/restore/commands.ts',
    tests: 'test/organization/deleting.test.ts',
    mutants: [
      {
        what: 'an organization is restored after the retention',
        from: 'if (!state || state.gone) throw notFound();',
        to: 'if (!state) throw notFound();',
        only: 'is over with the retention',
      },
      {
        what: 'the top of a tree is restored by a member without the scopes',
        from: "and membership_scopes(m.id) @> ${['organizations:manage', MANAGE_CHILDREN]}::text[]",
        to: '',
        only: 'is restored by a member who held both scopes',
      },
    ],
  },
  {
    file: 'src/graphql/mutation.ts',
    tests: 'test/access/documents.test.ts',
    mutants: [
      {
        what: 'a later mutation of a document has the rights from before the earlier ones',
        from: 'if (record.mutated) context.principal = await context.authenticate();',
        to: '',
        only: 'see the revocation of their own key',
      },
      {
        what: 'what was read before a mutation is shown after it',
        from: 'context.loaders.renew(context.principal);',
        to: '',
        only: 'read what is true after each',
      },
    ],
  },
  // Concurrency and fairness of changes: here.
];
