/** Fields that show columns of an organization's profile. */
import { inSql } from '../../../compiler/forms.ts';
import { defineAuditParts } from '../../../command/audit-parts.ts';
import type { Context } from '../../../graphql/context.ts';
import { requiresOneOf } from '../../../graphql/guards.ts';
import { profile, profileColumn, selectFromProfile, type ProfileColumn } from './queries.ts';

/** Any one of these opens the address, and the columns that are fields of their own. */
export const PROFILE_SCOPES = ['organizations:manage', 'billing:manage'] as const;

/**
 * What a field has that shows a column of the profile: its guard, and how it is read in both forms.
 * Who may read the field sees the column in the audit log as well.
 */
export function profileField<Column extends ProfileColumn>(column: Column) {
  selectFromProfile(column);
  defineAuditParts('Organization', { [`profile.${column}`]: PROFILE_SCOPES });
  return {
    authScopes: requiresOneOf(...PROFILE_SCOPES),
    resolve: async ({ id }: { id: string }, _args: unknown, { loaders }: Context) =>
      (await loaders.load(profile, null, id))?.[column] ?? null,
    extensions: inSql(({ viewer }) => profileColumn(viewer, column)),
  };
}

defineAuditParts('Organization', {
  'profile.address_line1': PROFILE_SCOPES,
  'profile.address_line2': PROFILE_SCOPES,
  'profile.address_city': PROFILE_SCOPES,
  'profile.address_state': PROFILE_SCOPES,
  'profile.address_zip': PROFILE_SCOPES,
  'profile.address_country': PROFILE_SCOPES,
  'profile.logo_url': 'everybody',
  'profile.primary_color': 'everybody',
  'profile.secondary_color': 'everybody',
});
