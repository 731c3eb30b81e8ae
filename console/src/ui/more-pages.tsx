/** What stands below a list that goes on: a button for the next page, or why it did not come. */
import type { CombinedError } from 'urql';
import { texts } from '../texts/en.ts';
import { Button } from './button.tsx';
import { RequestFailure } from './request-failure.tsx';

export interface MorePagesProps {
  /** As `usePages` returns it. */
  of: {
    readNext: (() => void) | undefined;
    isLoadingNext: boolean;
    nextError: CombinedError | undefined;
  };
}

export function MorePages({ of: { readNext, isLoadingNext, nextError } }: MorePagesProps) {
  if (nextError) return <RequestFailure error={nextError} onRetry={readNext} />;
  if (!readNext) return null;
  return (
    <div className="row center">
      <Button onPress={readNext} isPending={isLoadingNext}>
        {texts.common.more}
      </Button>
    </div>
  );
}
