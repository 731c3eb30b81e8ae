/** English texts of plans: the choice of one, its change, and the portal of the billing provider. */
export const texts = {
  title: 'Plan',
  current: 'Current plan',
  status: 'Billing status',
  concurrency: 'Concurrent calls',
  inUse: (inUse: string, limit: string) => `${inUse} of ${limit} in use`,
  lost: 'There is no billing account here that you may see.',
  notReady:
    'The billing account is still being set up. The plan can be changed once that is done; the overview shows how far it is.',
  noOther: 'No other plan is offered.',
  choose: 'Choose a plan',
  isCurrent: 'Current',
  calls: (count: string, isOne: boolean) =>
    isOne ? '1 concurrent call' : `${count} concurrent calls`,
  tooSmall: (inUse: string) => `Too small for what is in use now: ${inUse}.`,
  change: 'Change plan…',
  question: (plan: string) => `Change to ${plan}?`,
  limit: 'Limit',
  now: 'Now',
  after: 'Then',
  plan: 'Plan',
  consequence:
    'The billing provider changes the subscription and counts what is paid already. Plan and limits take effect together once it has; until then both stay as they are.',
  confirm: (plan: string) => `Change to ${plan}`,
  asked: (plan: string) => `The change to ${plan} was asked for.`,
  already: (plan: string) => `It is on ${plan} already.`,
  changing: (from: string, to: string) => `${from}, changing to ${to}`,
  lastAttempt: (reason: string) => `The last attempt did not work and is repeated: ${reason}`,
  states: {
    PENDING: {
      title: (wanted: string) => `Changing to ${wanted}`,
      hint: (current: string) =>
        `Until the billing provider has made the change, the plan is ${current} with its limits.`,
    },
    DONE: {
      title: (wanted: string) => `Changed to ${wanted}`,
      hint: (current: string) =>
        `The billing provider has made the change, and the plan is ${current} with its limits.`,
    },
    FAILED: {
      title: (wanted: string) => `The change to ${wanted} was given up`,
      hint: (current: string) => `The plan is still ${current}. You can ask for the change again.`,
    },
  },
  askedFor: 'Asked for',
  refusals: {
    limit: (plan: string, allowed: string, inUse: string) =>
      `${plan} allows ${allowed} concurrent calls, and ${inUse} are in use now. Nothing was changed. Wait until fewer are in use, or choose a larger plan.`,
    pending: (plan: string) =>
      `A change to ${plan} is already under way. Nothing was changed. Wait until it is done or was given up.`,
    notReady: 'The billing account is not set up yet. Nothing was changed; try again once it is.',
  },
  portal: {
    title: 'Payment methods and invoices',
    hint: 'They are kept by the billing provider, whose portal opens in a new tab.',
    open: 'Open the portal',
    opened: 'The portal was opened in a new tab. If you do not see it,',
    link: 'open it here',
    notOffered:
      'The billing provider has no portal. Ask whoever runs the platform about payment methods and invoices.',
    failed: 'The billing provider could not open its portal. Try again in a moment.',
    notReady: 'There is no customer at the billing provider yet. Try again once billing is set up.',
  },
} as const;
