/** How a value compares with the one before, in a word. */
import { texts } from '../texts/en/usage.ts';
import { formatShare } from '../ui/format.ts';
import { changeOf, type Change } from './change.ts';

export interface ComparisonProps {
  now: string;
  before: string;
}

export function Comparison({ now, before }: ComparisonProps) {
  const change = changeOf(now, before);
  return (
    <span className="usage-change">
      {change.kind === 'ratio' && change.ratio !== 0 && (
        <span aria-hidden="true">{change.ratio > 0 ? '▲' : '▼'} </span>
      )}
      {sentenceOf(change)}
    </span>
  );
}

function sentenceOf(change: Change): string {
  if (change.kind !== 'ratio') return texts.change[change.kind];
  const share = formatShare(Math.abs(change.ratio));
  if (change.ratio === 0) return texts.change.same;
  return change.ratio > 0 ? texts.change.up(share) : texts.change.down(share);
}
