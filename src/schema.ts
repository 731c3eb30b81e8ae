/** The schema: every domain's definitions, put together. */
import { lexicographicSortSchema, printSchema } from 'graphql';
import { builder } from './graphql/builder.ts';
import { resolveIdsAtOnce } from './graphql/node.ts';
import './modules/organization/type.ts';
import './modules/organization/below-type.ts';
import './modules/organization/access-type.ts';
import './modules/organization/partnership-type.ts';
import './modules/organization/profile/type.ts';
import './modules/organization/profile/limits-type.ts';
import './modules/organization/slug/type.ts';
import './modules/organization/domain/type.ts';
import './modules/membership/type.ts';
import './modules/membership/person-type.ts';
import './modules/invitation/type.ts';
import './modules/role/type.ts';
import './modules/user/type.ts';
import './modules/credential/type.ts';
import './modules/usage/metric-type.ts';
import './modules/usage/type.ts';
import './modules/usage/by-child-type.ts';
import './modules/usage/previous-type.ts';
import './modules/audit/type.ts';
import './modules/viewer/type.ts';
import './modules/organization/profile/mutations.ts';
import './modules/organization/suspend/mutations.ts';
import './modules/organization/create/mutations.ts';
import './modules/organization/move/mutations.ts';
import './modules/organization/delete/mutations.ts';
import './modules/organization/restore/mutations.ts';
import './modules/provisioning/type.ts';
import './modules/provisioning/mutations.ts';
import './modules/membership/mutations.ts';
import './modules/role/mutations.ts';
import './modules/invitation/mutations.ts';
import './modules/invitation/answer-mutations.ts';
import './modules/credential/mutations.ts';
import './modules/usage/mutations.ts';
import './modules/contact/mutations.ts';
import './modules/plan/mutations.ts';

export const schema = resolveIdsAtOnce(builder.toSchema());

/** The schema as text, sorted; what `schema.graphql` holds. */
export function printedSchema(): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
