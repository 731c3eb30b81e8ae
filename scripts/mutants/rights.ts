/** The one rule for rights (docs/decisions/0002-rights.md), in both of its forms. */
import type { MutantGroup } from './mutant.ts';

const GUARDS = 'test/access/guards.test.ts';
const RULE = 'test/access/rule.test.ts';

export const rights: readonly MutantGroup[] = [
  {
    file: 'src/authorization/rights.ts',
    tests: RULE,
    mutants: [
      {
        what: 'a manager sees organizations beside and above their own (question about a row)',
        from: '!lineage.includes(organization.id)',
        to: 'false',
        tests: GUARDS,
        only: 'the scope on the types alone > hides',
      },
      {
        what: 'what is below is seen without child_organizations:manage (question about a row)',
        from: 'return lineage.at(-1) === organization.id || reachesBelow(principal);',
        to: 'return true;',
        only: 'what exists',
      },
      {
        what: 'a manager sees organizations beside and above their own (statements)',
        from: 'sql`${organization.id}::uuid = any (${sql.raw(`${row}lineage`)})`',
        to: 'sql`true`',
        tests: GUARDS,
        only: 'the predicate in the statements alone > hides',
      },
      {
        what: 'what is below is read without child_organizations:manage (statements)',
        from: 'sql`${sql.raw(`${row}id`)} = ${organization.id}::uuid`',
        to: 'sql`${organization.id}::uuid = any (${sql.raw(`${row}lineage`)})`',
        only: 'what exists',
      },
      {
        what: 'a manager reads in their own organization what needs a scope that they lack there (statements)',
        from: 'if (!readsOwn) conditions.push(sql`${sql.raw(`${row}id`)} <> ${organization.id}::uuid`);',
        to: '',
        only: '^a scope',
      },
      {
        what: 'without any of the scopes, their own organization is read all the same (statements)',
        from: 'organization !== null && (!scopes || scopes.some((name) => isUsableInOwn(organization, name)))',
        to: 'organization !== null',
        only: '^a scope',
      },
      {
        what: 'what tells of organizations below is read without child_organizations:manage (statements)',
        from: '(reachingBelow && !readsBelow)',
        to: 'false',
        only: '^a scope',
      },
      {
        what: 'deleted organizations are read',
        from: 'if (!includeDeleted) conditions.push(sql`${sql.raw(`${row}deleted_at`)} is null`);',
        to: '',
        only: 'what exists',
      },
      {
        what: 'a scope counts on organizations that do not exist for the request',
        from: 'if (!organization || !isInSubtree(principal, lineage)) return false;',
        to: 'if (!organization) return false;',
        only: '^a scope',
      },
      {
        what: 'in their own organization every scope is held',
        from: 'return isUsableInOwn(organization, scope);',
        to: 'return true;',
        only: '^a scope',
      },
      {
        what: 'child_organizations:manage is every right in their own organization',
        from: 'CONSOLE_SCOPES.includes(scope)',
        to: 'true',
        only: '^a scope',
      },
      {
        what: 'child_organizations:manage is nothing in their own organization',
        from: 'CONSOLE_SCOPES.includes(scope)',
        to: 'false',
        only: '^a scope',
      },
      {
        what: 'everybody manages what is below',
        from: 'organization?.scopes.has(MANAGE_CHILDREN) ?? false',
        to: 'organization !== null',
        only: 'what exists',
      },
      {
        what: 'a revoked key reads on within its request',
        from: 'k.id = ${credential.id}::uuid and k.revoked_at is null',
        to: 'k.id = ${credential.id}::uuid',
        only: 'once its key',
      },
      {
        what: 'a revoked token reads on within its request',
        from: 't.id = ${credential.id}::uuid and t.revoked_at is null',
        to: 't.id = ${credential.id}::uuid',
        only: 'once its token',
      },
      {
        what: 'a removed member reads on within their request',
        from: 'm.organization_id = ${organization?.id ?? null}::uuid and m.user_id = ${user.id}::uuid)`,',
        to: 'true)`,',
        only: 'once its person is no member',
      },
      {
        what: 'an organization is shown to people whom it did not invite',
        from: 'i.canonical_email = ${user.verifiedEmail}',
        to: 'true',
        tests: GUARDS,
        only: 'is the organizations it belongs to',
      },
      {
        what: 'an organization is shown to people who are no members',
        from: 'm.organization_id = o.id and m.user_id = ${user.id}::uuid',
        to: 'm.user_id = ${user.id}::uuid',
        tests: GUARDS,
        only: 'is the organizations it belongs to',
      },
      {
        what: 'an organization is shown for an invitation that ran out',
        from: "i.status = 'PENDING' and i.expires_at > now()",
        to: "i.status = 'PENDING'",
        tests: GUARDS,
        only: 'is the organizations it belongs to',
      },
    ],
  },
];
