/** Which events are shown, as the address says it. */
import type { CalendarDate } from '@internationalized/date';
import { parseDays, windowOf, type DayRange, type Window } from '../ui/days.ts';

export interface AuditFilter {
  /** Empty for all. */
  actions: readonly string[];
  days: DayRange | undefined;
  /** The id of who did it. */
  person: string | undefined;
  /** The id of what it was done to. */
  object: string | undefined;
}

/** How many actions can be asked for at once. */
const ACTIONS_MAX = 50;
const PERSON = /^usr_[0-9a-f]{32}$/;
const OBJECT = /^[a-z]+_[0-9a-f]{32}$/;

/** Reads a query string. What it says wrongly is left out, so that it shows something. */
export function filterIn(parameters: URLSearchParams, now: CalendarDate): AuditFilter {
  const days = parseDays(parameters.get('from'), parameters.get('to'));
  return {
    actions: [...new Set(parameters.get('actions')?.split(','))]
      .filter((action) => action !== '')
      .slice(0, ACTIONS_MAX),
    days: days && isRange(days, now) ? days : undefined,
    person: idIn(parameters.get('person'), PERSON),
    object: idIn(parameters.get('object'), OBJECT),
  };
}

/** The query string after a change of the filter; the rest of it stays. */
export function changeFilter(
  before: URLSearchParams,
  change: Partial<AuditFilter>,
): URLSearchParams {
  const parameters = new URLSearchParams(before);
  const set = (name: string, value: string | undefined): void => {
    if (value === undefined || value === '') parameters.delete(name);
    else parameters.set(name, value);
  };
  if ('actions' in change) set('actions', change.actions?.join(','));
  if ('days' in change) {
    set('from', change.days?.start.toString());
    set('to', change.days?.end.toString());
  }
  if ('person' in change) set('person', change.person);
  if ('object' in change) set('object', change.object);
  return parameters;
}

export const NO_FILTER: AuditFilter = {
  actions: [],
  days: undefined,
  person: undefined,
  object: undefined,
};

export const isFiltered = ({ actions, days, person, object }: AuditFilter): boolean =>
  actions.length > 0 || [days, person, object].some((part) => part !== undefined);

/** Whether events can have happened in a range of days. */
export const isRange = ({ start, end }: DayRange, now: CalendarDate): boolean =>
  start.compare(end) <= 0 && start.compare(now) <= 0;

/** What the gateway is asked for. Days are those of the reader, as the times of the events are. */
export function variablesOf({ actions, days, person, object }: AuditFilter, timeZone: string) {
  const window: Partial<Window> = days ? windowOf(days, timeZone) : {};
  return {
    actions: actions.length === 0 ? null : [...actions],
    from: window.from ?? null,
    to: window.to ?? null,
    actor: person ?? null,
    target: object ?? null,
    // The name of the person is asked for along with the events.
    person: person ?? '',
    hasPerson: person !== undefined,
  };
}

const idIn = (text: string | null, form: RegExp): string | undefined =>
  text !== null && form.test(text) ? text : undefined;
