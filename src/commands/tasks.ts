/**
 * What the worker can do: the name of each job and the function that does it, and what it does by
 * the clock.
 */
import { forgetAnswers } from '../command/idempotency.ts';
import {
  verifyDomainTask,
  verifyDueDomainsTask,
  type DomainOptions,
} from '../modules/organization/domain/jobs.ts';
import { deliveryTask, type DeliveryOptions } from '../modules/invitation/jobs.ts';
import { forgetMails } from '../modules/invitation/sending.ts';
import { purgeOrganizations } from '../modules/organization/delete/jobs.ts';
import { refreshSearch } from '../modules/organization/search-documents.ts';
import { sweepBudgets } from '../limits/budgets.ts';
import { changePlanTask } from '../modules/plan/jobs.ts';
import { provisionTask, type ProvisionOptions } from '../modules/provisioning/jobs.ts';
import { verifySomeUsage } from '../modules/usage/verify.ts';
import { partitionEventKeys } from '../modules/usage/event-keys.ts';
import { retainUsage } from '../modules/usage/retention.ts';
import type { Tasks } from '../jobs/worker.ts';

export interface TaskOptions extends DeliveryOptions, ProvisionOptions, DomainOptions {
  /** How many days a deleted organization can be restored. */
  retentionDays: number;
  /** How many days single events of usage are kept. */
  usageEventDays: number;
}

/** Makes the tasks. */
export function makeTasks(options: TaskOptions): Tasks {
  const { db, log, retentionDays, usageEventDays } = options;
  return {
    deliver_invitation: deliveryTask(options),
    provision: provisionTask(options),
    change_plan: changePlanTask(options),
    verify_domain: verifyDomainTask(options),
    verify_due_domains: verifyDueDomainsTask(options),
    refresh_search: () => refreshSearch(db),
    async forget_answers() {
      await forgetAnswers(db);
      await forgetMails(db);
    },
    sweep_budgets: () => sweepBudgets(db),
    check_usage: () => verifySomeUsage(db, log),
    retain_usage: () => retainUsage(db, usageEventDays),
    async partition_usage_ids() {
      const ids = await partitionEventKeys(db);
      if (ids > 0) log.info({ ids }, 'ids of usage events were copied into partitions');
    },
    async purge_organizations() {
      const organizations = await purgeOrganizations(db, retentionDays);
      if (organizations > 0) log.info({ organizations }, 'deleted organizations were purged');
    },
  };
}

/** When jobs come by the clock, in UTC; each takes the place of one that still waits. */
export const SCHEDULE = [
  '* * * * * refresh_search ?jobKey=refresh_search',
  '* * * * * verify_due_domains ?jobKey=verify_due_domains',
  '*/5 * * * * sweep_budgets ?jobKey=sweep_budgets',
  '7 * * * * purge_organizations ?jobKey=purge_organizations',
  '17 * * * * check_usage ?jobKey=check_usage',
  '* * * * * partition_usage_ids ?jobKey=partition_usage_ids',
  '27 3 * * * retain_usage ?jobKey=retain_usage',
  '37 * * * * forget_answers ?jobKey=forget_answers',
].join('\n');
