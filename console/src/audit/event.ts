/** An event as the view shows it. */
import type { AuditLogQuery } from '../generated/audit/graphql.ts';
import { targetLabel } from './labels.ts';

type Log = NonNullable<NonNullable<AuditLogQuery['organization']>['auditLog']>;
export type Event = Log['nodes'][number];

/** What the person who did it is called; undefined where it was no person, or none that is left. */
export const personOf = ({ actor: { user } }: Event): string | undefined =>
  user ? (user.name ?? user.email) : undefined;

/** What an event was done to, as far as the log tells. */
export const objectOf = ({ targetType, targetId, organization }: Event): string =>
  targetId === organization.id ? organization.name : targetLabel(targetType);
