/** The usage view's address as state. */
import { useCallback, useMemo } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { todayIn } from '../ui/days.ts';
import { changeAddress, parseAddress, type UsageAddress, type UsageChange } from './address.ts';

export interface AddressState {
  address: UsageAddress;
  /** Shows something else; "back" undoes it. */
  change(change: UsageChange): void;
  /** The address of the view after a change. */
  linkTo(change: UsageChange): string;
  /** The query string, for the same view of another organization. */
  search(change?: UsageChange): string;
}

export function useAddress(): AddressState {
  const [parameters, setParameters] = useSearchParams();
  const [path] = useLocation();
  const address = useMemo(() => parseAddress(parameters, todayIn), [parameters]);
  const change = useCallback(
    (change: UsageChange) => setParameters((before) => changeAddress(before, change)),
    [setParameters],
  );
  const search = (change: UsageChange = {}): string => {
    const text = changeAddress(parameters, change).toString();
    return text === '' ? '' : `?${text}`;
  };
  return { address, change, search, linkTo: (change) => `${path}${search(change)}` };
}
