/** Looks again at mails that wait to be sent. */
import { useEffect, useRef } from 'react';

/** How often, and how many times: mail that waits longer waits for a server. */
const LOOK_MS = 3_000;
const LOOKS = 10;

export function useDeliveryWatch(isWaiting: boolean, look: () => void): void {
  const latest = useRef(look);
  useEffect(() => {
    latest.current = look;
  }, [look]);
  useEffect(() => {
    if (!isWaiting) return undefined;
    let looks = 0;
    const timer = setInterval(() => {
      if (document.visibilityState !== 'visible') return;
      latest.current();
      if (++looks === LOOKS) clearInterval(timer);
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [isWaiting]);
}
