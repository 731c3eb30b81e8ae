/** Notices that somebody comes back to the page: from another tab, window or program. */
import { useEffect } from 'react';

export function useReturn(onReturn: () => void): void {
  useEffect(() => {
    let isAway = document.visibilityState === 'hidden';
    const leave = (): void => {
      isAway = true;
    };
    const come = (): void => {
      if (isAway) onReturn();
      isAway = false;
    };
    const turn = (): void => (document.visibilityState === 'hidden' ? leave() : come());
    addEventListener('blur', leave);
    addEventListener('focus', come);
    document.addEventListener('visibilitychange', turn);
    return () => {
      removeEventListener('blur', leave);
      removeEventListener('focus', come);
      document.removeEventListener('visibilitychange', turn);
    };
  }, [onReturn]);
}
