/** The filter of the view, kept in the address. */
import { getLocalTimeZone } from '@internationalized/date';
import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'wouter';
import { todayIn } from '../ui/days.ts';
import { changeFilter, filterIn, type AuditFilter } from './filter.ts';

export interface FilterState {
  filter: AuditFilter;
  /** Shows other events; "back" undoes it. */
  change(change: Partial<AuditFilter>): void;
  /** The time zone of the reader. */
  timeZone: string;
}

export function useFilter(): FilterState {
  const [parameters, setParameters] = useSearchParams();
  const timeZone = getLocalTimeZone();
  const filter = useMemo(() => filterIn(parameters, todayIn(timeZone)), [parameters, timeZone]);
  const change = useCallback(
    (change: Partial<AuditFilter>) => setParameters((before) => changeFilter(before, change)),
    [setParameters],
  );
  return { filter, change, timeZone };
}
