/** The end of a list that is shown in part: how much there is, and the next page. */
import { texts } from '../texts/en.ts';
import { Button } from './button.tsx';
import { formatInteger } from './format.ts';

export interface MoreProps {
  shown: number;
  total: number;
  hasMore: boolean;
  isLoading: boolean;
  onMore(): void;
}

export function More({ shown, total, hasMore, isLoading, onMore }: MoreProps) {
  if (!hasMore) return null;
  return (
    <div className="more">
      <Button onPress={onMore} isPending={isLoading}>
        {texts.common.more}
      </Button>
      <span className="hint">
        {formatInteger(shown)} / {formatInteger(Math.max(shown, total))}
      </span>
    </div>
  );
}
