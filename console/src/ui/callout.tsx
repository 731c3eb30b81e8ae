/** A sentence that should be read: a failure, a warning, a hint. */
import type { ReactNode } from 'react';
import type { Tone } from './pill.tsx';

export interface CalloutProps {
  tone?: Tone;
  title?: string | undefined;
  children?: ReactNode;
  /** A button beside it. */
  action?: ReactNode;
}

export function Callout({ tone = 'info', title, children, action }: CalloutProps) {
  return (
    <div className={`callout ${tone}`} role={tone === 'danger' ? 'alert' : 'status'}>
      <div className="callout-text">
        {title !== undefined && <strong>{title}</strong>}
        {children !== undefined && <div>{children}</div>}
      </div>
      {action}
    </div>
  );
}
