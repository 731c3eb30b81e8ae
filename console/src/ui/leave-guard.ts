/** Keeps a page that shows something only once from being left by mistake. */
import { useEffect, useRef } from 'react';

/**
 * While it is active, the browser asks before the page is closed or reloaded, and "back" calls
 * `onBack` instead of leaving.
 */
export function useLeaveGuard(isActive: boolean, onBack: () => void): void {
  const latest = useRef(onBack);
  useEffect(() => {
    latest.current = onBack;
  }, [onBack]);
  useEffect(() => {
    if (!isActive) return undefined;
    // An entry with the same address, which "back" uses up.
    const guard = (): void => history.pushState(history.state, '', location.href);
    const onPopState = (): void => {
      guard();
      latest.current();
    };
    const onBeforeUnload = (event: BeforeUnloadEvent): void => event.preventDefault();
    guard();
    addEventListener('popstate', onPopState);
    addEventListener('beforeunload', onBeforeUnload);
    return () => {
      removeEventListener('popstate', onPopState);
      removeEventListener('beforeunload', onBeforeUnload);
      history.back();
    };
  }, [isActive]);
}
