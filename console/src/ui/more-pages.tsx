/** What stands below a list that goes on: a button for the next page, or why it did not come. */
import type { Pages } from '../graphql/use-pages.ts';
import { texts } from '../texts/en.ts';
import { Button } from './button.tsx';
import { formatInteger } from './format.ts';
import { RequestFailure } from './request-failure.tsx';

export interface MorePagesProps {
  of: Pick<Pages<unknown, unknown>, 'nodes' | 'readNext' | 'isLoadingNext' | 'nextError'>;
  /** How long the whole list is, where that is known. */
  total?: number;
}

export function MorePages({
  of: { nodes, readNext, isLoadingNext, nextError },
  total,
}: MorePagesProps) {
  if (nextError) return <RequestFailure error={nextError} onRetry={readNext} />;
  if (!readNext) return null;
  return (
    <div className="more">
      <Button onPress={readNext} isPending={isLoadingNext}>
        {texts.common.more}
      </Button>
      {total !== undefined && (
        <span className="hint">
          {formatInteger(nodes.length)} / {formatInteger(Math.max(nodes.length, total))}
        </span>
      )}
    </div>
  );
}
