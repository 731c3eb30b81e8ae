/** A point in time as people say it, with the exact one on hover. */
import { formatRelative, formatDateTime } from './format.ts';

export function When({ at }: { at: string }) {
  return (
    <time dateTime={at} title={formatExact(at)}>
      {formatRelative(at)}
    </time>
  );
}

const exact = new Intl.DateTimeFormat(navigator.language, {
  dateStyle: 'full',
  timeStyle: 'long',
});

/** A point in time to the second, with its zone. */
export const formatExact = (at: string): string => exact.format(new Date(at));

/** A point in time to the minute, with the exact one on hover. */
export function ExactWhen({ at }: { at: string }) {
  return (
    <time dateTime={at} title={formatExact(at)}>
      {formatDateTime(at)} ({formatRelative(at)})
    </time>
  );
}
