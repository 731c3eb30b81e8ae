/** A state or a kind in one word. */
import type { ReactNode } from 'react';

export type Tone = 'neutral' | 'good' | 'warning' | 'danger' | 'info';

export function Pill({ tone = 'neutral', children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`pill ${tone}`}>{children}</span>;
}
