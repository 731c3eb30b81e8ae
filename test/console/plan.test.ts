import { describe, expect, it } from 'vitest';
import { planName } from '../../console/src/organizations/plan-name.ts';
import {
  comparePlans,
  isOtherPlan,
  isWebAddress,
  planStateText,
  refusalText,
  type Plan,
  type PlanState,
} from '../../console/src/settings/plan.ts';
import { pauseBefore } from '../../console/src/ui/pauses.ts';

const plan = (key: string, name: string, maxConcurrentCalls: number): Plan => ({
  key,
  name,
  description: null,
  maxConcurrentCalls,
});
const CATALOG = [plan('free', 'Free', 1), plan('team', 'Team', 5), plan('scale', 'Scale', 50)];

const message = 'In the words of the API.';
const inWords = (refusal: Parameters<typeof refusalText>[0]) =>
  refusalText(refusal, 'free', CATALOG, (count) => `~${count}`);

const state = (key: string, change?: [to: string, status: 'PENDING' | 'DONE' | 'FAILED']) =>
  ({
    plan: key,
    planChange: change ? { plan: change[0], status: change[1] } : null,
  }) satisfies PlanState;

describe('Plans', () => {
  it('are compared with what is allowed and in use now, in the order of the catalog', () => {
    const compared = comparePlans(CATALOG, { plan: 'team', limit: 5, inUse: 3 });
    expect(compared.map(({ key, isCurrent, difference }) => [key, isCurrent, difference])).toEqual([
      ['free', false, -4],
      ['team', true, 0],
      ['scale', false, 45],
    ]);
    expect(compared.map(({ isTooSmall }) => isTooSmall)).toEqual([true, false, false]);
  });

  it('fit as long as no more is in use than they allow', () => {
    const [free] = comparePlans(CATALOG, { plan: 'team', limit: 5, inUse: 1 });
    expect(free?.isTooSmall).toBe(false);
  });

  it('have their key for a name where the catalog does not have them', () => {
    expect(planName(CATALOG, 'team')).toBe('Team');
    expect(planName(CATALOG, 'legacy')).toBe('legacy');
    expect(planName(null, 'team')).toBe('team');
  });
});

describe('A refused change of plan', () => {
  it('says what is allowed and what is in use where the plan is too small', () => {
    const text = inWords({ __typename: 'PlanLimitError', message, allowed: 1, inUse: 3 });
    expect(text).toMatch(/^Free allows ~1 .*~3 are in use/);
  });

  it('names the plan of the change that is under way, which may be another', () => {
    const text = inWords({ __typename: 'PlanChangePendingError', message, plan: 'scale' });
    expect(text).toMatch(/^A change to Scale is already under way/);
  });

  it('says what to wait for where billing is not set up', () => {
    expect(inWords({ __typename: 'BillingNotReadyError', message })).toMatch(/not set up yet/);
  });

  it('has the shared words for what any change may be refused for', () => {
    expect(inWords({ __typename: 'ContentionError', message })).toMatch(/at the same time/);
  });
});

describe('A conflict of versions', () => {
  it('matters if the plan or the one that it changes to is another', () => {
    expect(isOtherPlan(state('free'), state('team'))).toBe(true);
    expect(isOtherPlan(state('free'), state('free', ['team', 'PENDING']))).toBe(true);
    expect(
      isOtherPlan(state('free', ['scale', 'PENDING']), state('free', ['team', 'PENDING'])),
    ).toBe(true);
  });

  it('does not matter if only other details changed, or a change was given up', () => {
    expect(isOtherPlan(state('free'), state('free'))).toBe(false);
    expect(isOtherPlan(state('free'), state('free', ['team', 'FAILED']))).toBe(false);
    expect(isOtherPlan(state('team'), state('team', ['team', 'DONE']))).toBe(false);
  });

  it('shows the plan with the one that it changes to', () => {
    expect(planStateText(state('free', ['team', 'PENDING']), CATALOG)).toBe(
      'Free, changing to Team',
    );
    expect(planStateText(state('free', ['team', 'FAILED']), CATALOG)).toBe('Free');
  });
});

describe('A look at what others finish', () => {
  it('follows soon at first, and at most once a minute later', () => {
    const pauses = Array.from({ length: 50 }, (_, look) => pauseBefore(look));
    expect(pauses.slice(0, 3)).toEqual([2_000, 3_000, 4_500]);
    expect(pauses.every((pause, at) => pause >= (pauses[at - 1] ?? 0))).toBe(true);
    expect(pauses.at(-1)).toBe(60_000);
  });
});

it.each([
  ['https://billing.example.com/session/1', true],
  ['http://127.0.0.1:4242/session', true],
  ['javascript:alert(1)', false],
  ['data:text/html,hello', false],
  ['/relative', false],
  ['', false],
])('Opens %j as a portal: %j', (address, isOpened) => {
  expect(isWebAddress(address)).toBe(isOpened);
});
