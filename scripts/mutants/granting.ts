/** Nobody gives or takes what they do not hold (docs/decisions/0009-granting.md), on every way that leads to a grant. */
import type { MutantGroup } from './mutant.ts';

const GRANTING = 'test/access/granting.test.ts';
const CHANGING = 'test/membership/changing.test.ts';

export const granting: readonly MutantGroup[] = [
  {
    file: 'src/access/granting.ts',
    tests: GRANTING,
    mutants: [
      {
        what: 'at home any scope may be given',
        from: 'asked.filter((scope) => !home.scopes.has(scope))',
        to: '[]',
        only: '^an API key gives or takes',
      },
      {
        what: 'scopes may be given on organizations that do not exist for the request',
        from: 'if (!home || !isWithin(principal, lineage)) return asked;',
        to: 'if (!home) return asked;',
        tests: 'test/access/rule.test.ts',
      },
    ],
  },
  {
    file: 'src/membership/actions.ts',
    tests: GRANTING,
    mutants: [
      {
        what: 'whoever holds more can be demoted and removed',
        after: 'if (!member) throw notFound();',
        from: 'if (missingScopes.length > 0)',
        to: 'if (missingScopes.length > 99)',
        only: '^a removal of somebody',
      },
      {
        what: 'a role change gives more than the caller holds',
        after: 'const member = await lockMember(acting, input.userId);\n    const { roles, ignoredRoles }',
        from: 'if (missingScopes.length > 0)',
        to: 'if (missingScopes.length > 99)',
        only: '^a role change gives',
      },
      {
        what: 'an addition gives more than the caller holds',
        after: 'chooseSomeRoles(await lockUsableRoles(tx, organization.lineage, keys), keys);',
        from: 'if (missingScopes.length > 0)',
        to: 'if (missingScopes.length > 99)',
        only: '^an addition gives',
      },
      {
        what: 'the last admin can be demoted',
        from: 'if (!roles.some((role) => role.built_in && role.key === ADMIN)) await requireOtherAdmin(acting, member);',
        to: '',
        tests: CHANGING,
        only: 'can be neither demoted nor removed',
      },
      {
        what: 'the last admin can be removed',
        after: "return act(request, attempt('removeMember', input)",
        from: 'await requireOtherAdmin(acting, member);',
        to: '',
        tests: CHANGING,
        only: 'can be neither demoted nor removed',
      },
    ],
  },
  {
    file: 'src/invitation/actions.ts',
    tests: GRANTING,
    mutants: [
      {
        what: 'an invitation is sent again by somebody who could not offer its roles',
        after: "return act(request, changing('resendInvitation', id)",
        from: 'requireGrantable(principal, organization.lineage, invitation);',
        to: '',
        only: '^an invitation sent again gives',
      },
      {
        what: 'an invitation is accepted although its inviter could not offer the roles any more',
        from: "holds(now, 'members:manage', lineage) && scopesBeyond(now, lineage, invitation.scopes).length === 0",
        to: "holds(now, 'members:manage', lineage)",
        only: '^an acceptance of what the grantor offered gives',
      },
      {
        what: 'an invitation is accepted although its inviter could not invite any more',
        from: "holds(now, 'members:manage', lineage) && scopesBeyond(now, lineage, invitation.scopes).length === 0",
        to: 'scopesBeyond(now, lineage, invitation.scopes).length === 0',
        tests: 'test/invitation/inviting.test.ts',
        only: 'the inviter may not invite any more',
      },
    ],
  },
  {
    file: 'src/invitation/invite.ts',
    tests: GRANTING,
    mutants: [
      {
        what: 'an invitation offers more than the inviter holds',
        from: 'if (missingScopes.length > 0)',
        to: 'if (missingScopes.length > 99)',
        only: '^an invitation gives',
      },
    ],
  },
  {
    file: 'src/credential/actions.ts',
    tests: GRANTING,
    mutants: [
      {
        what: 'a key gets more than its maker holds',
        after: 'scopesBeyond(principal, organization.lineage, scopes);',
        from: 'if (missingScopes.length > 0)',
        to: 'if (missingScopes.length > 99)',
        only: '^an API key gives or takes',
      },
    ],
  },
  {
    file: 'src/role/actions.ts',
    tests: GRANTING,
    mutants: [
      {
        what: 'a role is defined with more than its author holds',
        from: 'requireGrantable(acting, scopes);',
        to: '',
        only: '^a role definition gives',
      },
      {
        what: 'a role gets scopes that the caller does not hold',
        from: 'requireGrantable(acting, [...heldBefore, ...heldAfter]);',
        to: 'requireGrantable(acting, heldBefore);',
        only: '^a role that gets the scopes gives',
      },
      {
        what: 'a role loses scopes that the caller does not hold',
        from: 'requireGrantable(acting, [...heldBefore, ...heldAfter]);',
        to: 'requireGrantable(acting, heldAfter);',
        only: '^a role that loses the scopes gives',
      },
      {
        what: 'a role is removed while somebody holds it',
        from: 'uses.memberCount + uses.invitationCount > 0;',
        to: 'uses.invitationCount > 0;',
        tests: 'test/role/roles.test.ts',
        only: 'removes a role only when nobody holds it',
      },
      {
        what: 'a role is removed while an invitation offers it',
        from: 'uses.memberCount + uses.invitationCount > 0;',
        to: 'uses.memberCount > 0;',
        tests: 'test/role/roles.test.ts',
        only: 'removes a role only when nobody holds it',
      },
    ],
  },
];
