/** Where the keyboard begins in a dialog. */
import { useEffect, useRef, type RefObject } from 'react';

/** Focuses the first element in the part with the returned ref that matches a selector, once. */
export function useFirstFocus<Part extends HTMLElement>(selector: string): RefObject<Part | null> {
  const part = useRef<Part>(null);
  useEffect(() => part.current?.querySelector<HTMLElement>(selector)?.focus(), [selector]);
  return part;
}
