/** A list that is scrolled in a box of its own. */
import type { ReactNode } from 'react';

export function ScrollList({ label, children }: { label: string; children: ReactNode }) {
  return (
    // Without a place in the order of focus, nobody could scroll it with the keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <ul className="scroll-list" tabIndex={0} aria-label={label}>
      {children}
    </ul>
  );
}
