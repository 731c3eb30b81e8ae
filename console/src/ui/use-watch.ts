/** Looks again and again, ever less often, at something that others finish. */
import { useEffect, useRef } from 'react';
import { pauseBefore } from './pauses.ts';

export function useWatch(isUnderWay: boolean, look: () => void): void {
  const latest = useRef(look);
  useEffect(() => {
    latest.current = look;
  }, [look]);
  useEffect(() => {
    if (!isUnderWay) return undefined;
    let looks = 0;
    let timer: ReturnType<typeof setTimeout>;
    const wait = (): void => {
      timer = setTimeout(() => {
        if (document.visibilityState === 'visible') {
          latest.current();
          looks++;
        }
        wait();
      }, pauseBefore(looks));
    };
    wait();
    return () => clearTimeout(timer);
  }, [isUnderWay]);
}
