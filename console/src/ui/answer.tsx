/** The states of a view: on its way, there, empty, missing, not allowed any more, failed. */
import type { ReactNode } from 'react';
import type { CombinedError, UseQueryResponse } from 'urql';
import { codeOf } from '../graphql/errors.ts';
import { texts } from '../texts/en.ts';
import { Empty, Progress } from './answer-states.tsx';
import { RequestFailure } from './request-failure.tsx';

export interface AnswerProps<Data, Part> {
  /** What `useQuery` returned. */
  of: UseQueryResponse<Data, never> | UseQueryResponse<Data, object>;
  /** The part that the view is about; null where the caller may not see it. */
  select(data: Data): Part | null | undefined;
  /** Whether there is nothing in it, and what is shown then. */
  isEmpty?: (part: Part) => boolean;
  empty?: ReactNode;
  children(part: Part): ReactNode;
}

/** Shows the answer to a query, or in which state it is. */
export function Answer<Data, Part>({
  of: [{ data, error, fetching, stale }, ask],
  select,
  isEmpty,
  empty,
  children,
}: AnswerProps<Data, Part>) {
  // Where an error took every field with it, there is no data: null, whatever the types say.
  const part = data ? select(data) : undefined;
  const retry = (): void => ask({ requestPolicy: 'network-only' });
  if (part !== null && part !== undefined)
    return (
      <div aria-busy={stale} className="answer">
        {error && <RequestFailure error={error} onRetry={retry} />}
        {isEmpty?.(part) ? empty : children(part)}
      </div>
    );
  if (fetching || (data === undefined && !error)) return <Progress />;
  return <NoPart error={error} retry={retry} />;
}

function NoPart({ error, retry }: { error: CombinedError | undefined; retry: () => void }) {
  const code = error ? codeOf(error) : 'NOT_FOUND';
  if (code === 'NOT_FOUND')
    return <Empty title={texts.answer.notFound}>{texts.answer.notFoundHint}</Empty>;
  if (code === 'FORBIDDEN')
    return <Empty title={texts.answer.forbidden}>{texts.answer.forbiddenHint}</Empty>;
  return error && <RequestFailure error={error} onRetry={retry} />;
}
