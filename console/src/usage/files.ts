/** What the files with usage say. */
import type { MetricFragment, SharesFragment } from '../generated/usage/graphql.ts';
import type { CsvCell } from '../ui/csv.ts';
import type { Part } from './labels.ts';
import type { TimelinePart } from './parts.ts';

interface Subject {
  organization: { slug: string };
  usage: Part & { scope: string };
  metric: Pick<MetricFragment, 'key' | 'unit'>;
}

/** The name of a file with usage of a window, with its first and last day in a time zone. */
export function fileNameOf(words: readonly string[], { from, to }: Part, timeZone: string): string {
  // Swedish dates have the form of ISO 8601.
  const day = new Intl.DateTimeFormat('sv', { timeZone });
  const ends = [Date.parse(from), Date.parse(to) - 1].map((instant) => day.format(instant));
  return `${['usage', ...words, ...ends].join('-')}.csv`;
}

/** A row for each part of the window. */
export function timelineRows(
  parts: readonly TimelinePart[],
  { organization: { slug }, usage: { scope }, metric: { key, unit } }: Subject,
): CsvCell[][] {
  return parts.map(({ from, to, value, before }) => [
    from,
    to,
    slug,
    scope === 'ALL' ? 'all below' : 'alone',
    key,
    unit,
    { number: value },
    before === undefined ? null : { number: before },
  ]);
}

/** A row for each organization. */
export function shareRows(
  edges: SharesFragment['edges'],
  { usage: { from, to }, metric: { key, unit } }: Omit<Subject, 'organization'>,
): CsvCell[][] {
  return edges.map(({ node: { id, slug, name }, subtree, own, share }) => [
    id,
    slug,
    name,
    from,
    to,
    key,
    unit,
    { number: subtree },
    { number: own },
    { number: share },
  ]);
}
