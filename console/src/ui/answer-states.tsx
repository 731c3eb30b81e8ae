/** What stands in place of a view that has nothing to show yet, or no longer. */
import type { ReactNode } from 'react';
import { texts } from '../texts/en.ts';

/** Something is on its way. It appears after a moment, so that quick answers do not flicker. */
export function Progress({ label = texts.common.loading }: { label?: string }) {
  return (
    <div className="progress" role="status" aria-label={label}>
      <span className="progress-bar" />
    </div>
  );
}

export interface EmptyProps {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

/** There is nothing: says so, and what could be done. */
export function Empty({ title, children, action }: EmptyProps) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children !== undefined && <p>{children}</p>}
      {action}
    </div>
  );
}
