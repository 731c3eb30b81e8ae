/** Nobody gives or takes what they do not hold (docs/decisions/0009-granting.md), on every way that leads to a grant. */
import type { MutantGroup } from './mutant.ts';

const GRANTING = 'test/access/granting.test.ts';
const ABOVE = 'test/access/roles-above.test.ts';
const ISSUED = 'test/credential/issued-keys.test.ts';
const CHANGING = 'test/membership/changing.test.ts';

export const granting: readonly MutantGroup[] = [
  {
    file: 'src/authorization/granting.ts',
    tests: GRANTING,
    mutants: [
      {
        what: 'in their own organization any scope may be given',
        from: 'asked.filter((scope) => !organization.scopes.has(scope))',
        to: '[]',
        only: '^an API key gives or takes',
      },
      {
        what: 'scopes may be given on organizations that do not exist for the request',
        from: 'if (!organization || !isInSubtree(principal, lineage)) return asked;',
        to: 'if (!organization) return asked;',
        tests: 'test/access/rule.test.ts',
      },
    ],
  },
  {
    file: 'src/modules/membership/commands.ts',
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
        after: 'const { roles, ignoredRoles } = chooseSomeRoles(byName(usable), input.roles);',
        from: 'if (missingScopes.length > 0)',
        to: 'if (missingScopes.length > 99)',
        only: '^a role change gives',
      },
      {
        what: 'an addition gives more than the caller holds',
        after: 'const { roles, ignoredRoles } = chooseSomeRoles(usable, keys);',
        from: 'if (missingScopes.length > 0)',
        to: 'if (missingScopes.length > 99)',
        only: '^an addition gives',
      },
      {
        what: 'the last admin can be demoted',
        from: 'if (!roles.some((role) => role.built_in && role.key === ADMIN)) requireOtherAdmin(member);',
        to: '',
        tests: CHANGING,
        only: 'can be neither demoted nor removed',
      },
      {
        what: 'the last admin can be removed',
        after: "return runCommand(request, attempt('removeMember', input)",
        from: 'requireOtherAdmin(member);',
        to: '',
        tests: CHANGING,
        only: 'can be neither demoted nor removed',
      },
    ],
  },
  {
    file: 'src/modules/invitation/commands.ts',
    tests: GRANTING,
    mutants: [
      {
        what: 'an invitation is sent again by somebody who could not offer its roles',
        after: "{ ...changing('resendInvitation', id), idempotency",
        from: 'requireGrantable(principal, organization.lineage, invitation);',
        to: '',
        only: '^an invitation sent again gives',
      },
    ],
  },
  {
    file: 'src/modules/invitation/answer-commands.ts',
    tests: GRANTING,
    mutants: [
      {
        what: 'an invitation is accepted although its inviter could not offer the roles any more',
        from: "can(now, 'members:manage', lineage) && scopesBeyond(now, lineage, invitation.scopes).length === 0",
        to: "can(now, 'members:manage', lineage)",
        only: '^an acceptance of what the grantor offered gives',
      },
      {
        what: 'an invitation is accepted although its inviter could not invite any more',
        from: "can(now, 'members:manage', lineage) && scopesBeyond(now, lineage, invitation.scopes).length === 0",
        to: 'scopesBeyond(now, lineage, invitation.scopes).length === 0',
        tests: 'test/invitation/inviting.test.ts',
        only: 'the inviter may not invite any more',
      },
    ],
  },
  {
    file: 'src/modules/invitation/invite.ts',
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
    file: 'src/modules/credential/commands.ts',
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
    file: 'src/modules/role/commands.ts',
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
  {
    file: 'src/modules/membership/commands.ts',
    tests: GRANTING,
    mutants: [
      {
        what: 'an addition takes an invitation away that offers more than the caller holds',
        from: 'if (lost.length > 0)',
        to: 'if (lost.length > 99)',
        only: '^an addition in the place of an invitation gives',
      },
    ],
  },
  {
    file: 'src/modules/invitation/commands.ts',
    tests: GRANTING,
    mutants: [
      {
        what: 'an invitation is taken back that offers more than the caller holds',
        after: "return runCommand(request, changing('revokeInvitation', id)",
        from: 'requireGrantable(principal, organization.lineage, invitation);',
        to: '',
        only: '^a revocation of an invitation gives',
      },
    ],
  },
  {
    file: 'src/modules/role/commands.ts',
    tests: ABOVE,
    mutants: [
      {
        what: 'a role is changed for those below who hold it',
        from: 'if (heldBefore.join() !== heldAfter.join()) await requireUnusedBelow(acting, input.id);',
        to: '',
        only: 'neither gains nor loses a scope',
      },
      {
        what: 'a role is removed that somebody below holds',
        from: '(!seesBelow && (await isUsedBelow(tx, id, organization.id)))',
        to: 'false',
        only: 'counts what is below only for a caller',
      },
      {
        what: 'whoever removes a role learns how many hold it below',
        from: 'seesBelow ? null : organization.id',
        to: 'null',
        only: 'counts what is below only for a caller',
      },
      {
        what: 'a role is removed with scopes that the caller does not hold',
        from: 'requireGrantable(acting, await impliedScopes(tx, before.scopes));',
        to: '',
        only: 'requires the scopes that it gives',
      },
      {
        what: 'a role is changed while it is being given below',
        from: 'where id = ${id}::uuid for update`',
        to: 'where id = ${id}::uuid`',
        only: 'waits for a grant under way',
      },
    ],
  },
  {
    file: 'src/modules/role/choice.ts',
    tests: ABOVE,
    mutants: [
      {
        what: 'a role is given while its scopes are being changed',
        from: 'order by r.id for key share of r',
        to: 'order by r.id',
        only: 'waits for a grant under way',
      },
    ],
  },
  {
    file: 'src/modules/role/use-queries.ts',
    tests: ABOVE,
    mutants: [
      {
        what: 'members below do not count as holders of a role',
        from: 'mr.organization_id > ${organizationId}::uuid',
        to: 'false',
        only: 'neither gains nor loses a scope',
      },
      {
        what: 'invitations below do not count as offers of a role',
        from: 'i.organization_id <> ${organizationId}::uuid',
        to: 'false',
        only: 'while an invitation below is open',
      },
    ],
  },
  {
    file: 'src/modules/credential/commands.ts',
    tests: ISSUED,
    mutants: [
      {
        what: 'a key is revoked that holds more than the caller',
        from: '...(isTaken ? scopesBeyond(principal, organization.lineage, key.scopes) : []),',
        to: '',
        only: 'requires its scopes',
      },
      {
        what: 'a key is renamed that holds more than the caller',
        from: 'ownKeyId(principal) === id ? [] :',
        to: 'true ? [] :',
        tests: 'test/credential/keys.test.ts',
        only: 'is renamed by who holds its scopes',
      },
      {
        what: 'a revoked key is renamed',
        from: 'if (key.revoked_at !== null) refuse(ApiKeyRevokedError, {});',
        to: '',
        tests: 'test/credential/keys.test.ts',
        only: 'keeps its name once it is revoked',
      },
      {
        what: 'keys are revoked along that hold more than the caller',
        from: '.flatMap((issuedKey) => scopesBeyond(principal, issuedKey.lineage, issuedKey.scopes)),',
        to: '.flatMap(() => []),',
        only: 'takes all that it issued or none',
      },
    ],
  },
  {
    file: 'src/modules/credential/input.ts',
    tests: ISSUED,
    mutants: [
      {
        what: 'what an expiring key makes outlives it',
        from: 'if (bound !== null && (expiresAt == null || expiresAt > bound)) {',
        to: 'if (bound !== null && expiresAt === bound) {',
        only: 'makes no key and no token that outlives it',
      },
      {
        what: 'what an expiring key makes may have no end',
        from: '(expiresAt == null || expiresAt > bound)',
        to: '(expiresAt != null && expiresAt > bound)',
        only: 'makes no key and no token that outlives it',
      },
    ],
  },
  {
    file: 'src/modules/credential/issued-queries.ts',
    tests: ISSUED,
    mutants: [
      {
        what: 'keys of organizations that the caller may not manage are revoked',
        from: "join ${readableOrganizations(principal, { scope: 'api_keys:manage' })} as o on o.id = k.organization_id",
        to: 'join organizations as o on o.id = k.organization_id',
        only: 'moved away since',
      },
      {
        what: 'any number of keys are revoked at once',
        from: 'if (keys.length > ISSUED_MAX || !complete) {',
        to: 'if (keys.length > 1e9) {',
        only: 'at most 1,000 issued keys',
      },
      {
        what: 'keys that were issued meanwhile stay',
        from: 'if (keys.every((key) => locked.has(key.id))) return keys;',
        to: 'if (locked.size >= 0) return keys;',
        only: 'made at the same moment',
      },
    ],
  },
];
