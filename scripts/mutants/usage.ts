/** What keeps usage exact and bounds its cost, and what keeps plans and limits together. */
import type { MutantGroup } from './mutant.ts';

const TIME_ZONES = 'test/usage/time-zones.test.ts';
const RETENTION = 'test/usage/retention.test.ts';
const IDS = 'test/usage/partitioned-ids.test.ts';
const PLANS = 'test/plan/plans.test.ts';

export const usage: readonly MutantGroup[] = [
  {
    file: 'migrations/0260_usage_event_keys_partitioned.sql',
    tests: IDS,
    mutants: [
      {
        what: 'ids of usage are forgotten before their time',
        from: '    return null;',
        to: '    return old;',
        only: 'forgets only what is too old',
      },
    ],
  },
  {
    file: 'migrations/0261_usage_event_keys_copied.sql',
    tests: IDS,
    mutants: [
      {
        what: 'ids of usage that are recorded during the copy are lost',
        from: 'from added order by',
        to: 'from added where false order by',
        only: 'is copied while meters record',
      },
    ],
  },
  {
    file: 'src/modules/usage/event-keys.ts',
    tests: IDS,
    mutants: [
      {
        what: 'the copy of ids fails when somebody records',
        from: 'if (sqlState(error) === LOCK_NOT_AVAILABLE) return 0;',
        to: '',
        only: 'is copied while meters record',
      },
    ],
  },
  {
    file: 'src/modules/plan/commands.ts',
    tests: PLANS,
    mutants: [
      {
        what: 'plans are changed without billing:manage',
        from: "scope: 'billing:manage'",
        to: "scope: 'organizations:manage'",
        only: 'requires billing:manage',
      },
      {
        what: 'a plan allows less than is in use',
        from: 'if (inUse > allowed)',
        to: 'if (inUse < 0)',
        only: 'more is in use',
      },
      {
        what: 'a change of plan replaces one that is under way',
        from: 'if (pending !== null)',
        to: 'if (pending === "")',
        only: 'under way',
      },
      {
        what: 'the plan of an account that is not provisioned is changed',
        from: "if (current === null || status === 'pending')",
        to: 'if (current === null)',
        only: 'under way',
      },
    ],
  },
  {
    file: 'src/modules/plan/portal-commands.ts',
    tests: 'test/plan/portal.test.ts',
    mutants: [
      {
        what: 'the portal is opened without billing:manage',
        from: "scope: 'billing:manage'",
        to: "scope: 'organizations:manage'",
        only: 'is for holders',
      },
      {
        what: 'the portal leads back to any address',
        from: "requireUrl(input.returnUrl, 'returnUrl')",
        to: 'String(input.returnUrl)',
        only: 'addresses of the web',
      },
    ],
  },
  {
    file: 'src/modules/plan/jobs.ts',
    tests: PLANS,
    mutants: [
      {
        what: 'an earlier change of plan takes effect late',
        from: "round = ${round} and status = 'PENDING' returning",
        to: "${round} > 0 and status = 'PENDING' returning",
        only: 'not the current one',
      },
      {
        what: 'a deleted organization is billed for another plan',
        from: 'if (begun.deleted_at)',
        to: 'if (begun.id === "")',
        only: 'that was deleted',
      },
      {
        what: 'limits stay when the plan changes',
        from: 'set max_calls = p.max_calls from',
        to: 'set max_calls = l.max_calls from',
        only: 'brings the limits',
      },
    ],
  },
  {
    file: 'src/modules/provisioning/stripe.ts',
    tests: PLANS,
    mutants: [
      {
        what: 'a subscription with several items loses its price',
        from: 'if (!item || others.length > 0)',
        to: 'if (!item)',
        only: 'several items',
      },
    ],
  },
  {
    file: 'src/modules/plan/commands.ts',
    tests: PLANS,
    mutants: [
      {
        what: 'the audit log tells the plan to everybody',
        from: "{ plan: ['billing:manage'] }",
        to: "{ plan: 'everybody' }",
        only: 'stands in the audit log',
      },
    ],
  },
  {
    file: 'src/modules/usage/sources.ts',
    tests: TIME_ZONES,
    mutants: [
      {
        what: 'pending amounts count again where their events are read one by one',
        from: 'covered === null ? sql`` :',
        to: 'covered === null || true ? sql`` :',
        only: 'in Asia/Kathmandu agree',
      },
    ],
  },
  {
    file: 'src/modules/usage/buckets.ts',
    tests: TIME_ZONES,
    mutants: [
      {
        what: 'days of a time zone take any number of single events',
        from: 'if (length > EVENT_DAYS_MAX * DAY_MS)',
        to: 'if (length < 0)',
        only: 'more than two months',
      },
      {
        what: 'a day begins before the one before it',
        from: 'if (start <= last) continue;',
        to: '',
        only: 'a zone skipped',
      },
      {
        what: 'a window has more days in a time zone than are counted',
        from: 'timeZone == null ? 0 : CLOCK_CHANGE_MS',
        to: '0',
        tests: 'test/limits/estimate.test.ts',
        only: 'in time zones',
      },
    ],
  },
  {
    file: 'src/modules/usage/time-zone.ts',
    tests: TIME_ZONES,
    mutants: [
      {
        what: 'offsets are taken for time zones',
        from: 'if (NAME.test(name)) return',
        to: 'return',
        only: 'no name of a time zone',
      },
    ],
  },
  {
    file: 'src/modules/usage/previous-type.ts',
    tests: TIME_ZONES,
    mutants: [
      {
        what: 'a summary leads to any number of previous ones',
        from: 'isPrevious ? null : windowBefore',
        to: 'windowBefore',
        only: 'has no previous one',
      },
    ],
  },
  {
    file: 'src/modules/usage/queries.ts',
    tests: RETENTION,
    mutants: [
      {
        what: 'windows are added up from events that are gone (statements)',
        from: 'return sql`${condition} and not exists',
        to: 'return sql`${condition} or not exists',
        only: 'says that events go',
      },
    ],
  },
  {
    file: 'src/limits/compiler.ts',
    tests: 'test/limits/estimate.test.ts',
    mutants: [
      {
        what: 'the previous summary counts by no window',
        from: 'cost.passesParent ? parent : { node, args }',
        to: '{ node, args }',
        only: 'of the previous summary',
      },
    ],
  },
];
