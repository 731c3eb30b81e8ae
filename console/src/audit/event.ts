/** An event as the view shows it. */
import type { AuditLogQuery } from '../generated/audit/graphql.ts';

type Log = NonNullable<NonNullable<AuditLogQuery['organization']>['auditLog']>;
export type Event = Log['nodes'][number];

/** How many actions can be asked for at once. */
export const ACTIONS_MAX = 50;

/** The actions in the address: separated by commas, each once. */
export const actionsIn = (text: string): string[] =>
  [...new Set(text.split(','))].filter((action) => action !== '').slice(0, ACTIONS_MAX);
