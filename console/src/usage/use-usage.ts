/** Asks for usage: one query for everything that the view shows. */
import { useCallback, useState } from 'react';
import { useClient, useQuery, type CombinedError, type UseQueryResponse } from 'urql';
import {
  UsageCatalogDocument,
  UsageDocument,
  UsageSharesDocument,
  type MetricFragment,
  type UsageQuery,
  type UsageQueryVariables,
} from '../generated/usage/graphql.ts';
import { windowOf } from '../ui/days.ts';
import { STANDARD_METRIC, UTC, type Size, type UsageAddress } from './address.ts';
import { countDays } from './range.ts';

const PAGE = 25;
/** The largest page, for files that need them all. */
const PAGE_MAX = 100;
/** Days of any two months can be told in every time zone; more may be too many for the API. */
const ZONED_DAYS_MAX = 62;

export type Organization = NonNullable<UsageQuery['organization']>;
export type Usage = NonNullable<Organization['usage']>;
export type Shares = NonNullable<Usage['byChild']>;

/** What is asked for. */
export type Question = UsageQueryVariables & { size: Size };

/** The answer, and what was asked for by it. */
export interface UsageState {
  answer: UseQueryResponse<UsageQuery, Question>;
  /** What the data is an answer to, which is not always what was chosen last. */
  shown: Question;
  /** The metrics that there are; empty while that is not known. */
  catalog: readonly MetricFragment[];
  /** Whether the parts of the window cannot be told in the time zone. */
  isZoneRefused: boolean;
  /** Gets the next page of the shares, of the largest size if it is for a file. */
  more(shares: Shares, isForFile?: boolean): Promise<Shares | undefined>;
  isLoadingMore: boolean;
  /** Why the last of these pages did not come. */
  moreError: CombinedError | undefined;
}

export function useUsage(slug: string, address: UsageAddress): UsageState {
  const client = useClient();
  const [{ data: known }] = useQuery({
    query: UsageCatalogDocument,
    requestPolicy: 'cache-only',
  });
  const catalog = known?.usageMetrics ?? [];
  const variables = variablesOf(slug, address, catalog);
  const answer = useQuery<UsageQuery, Question>({
    query: UsageDocument,
    variables,
    requestPolicy: 'cache-and-network',
  });
  const [{ error, ...state }, ask] = answer;
  const { operation } = state;
  const shown = operation?.variables ?? variables;
  const isZoneRefused = error !== undefined && shown.timeZone !== UTC && isAboutZone(error);
  const [isLoadingMore, setLoadingMore] = useState(false);
  const [moreError, setMoreError] = useState<CombinedError>();
  const more = useCallback(
    async ({ pageInfo: { endCursor } }: Shares, isForFile = false) => {
      setLoadingMore(true);
      const { from, to, scope, timeZone, metric } = shown;
      const result = await client
        .query(UsageSharesDocument, {
          slug,
          from,
          to,
          scope,
          timeZone,
          metric,
          first: isForFile ? PAGE_MAX : PAGE,
          after: endCursor ?? null,
        })
        .toPromise();
      setLoadingMore(false);
      setMoreError(result.error);
      return result.data?.organization?.usage?.byChild ?? undefined;
    },
    [client, shown, slug],
  );
  const isExplained = error !== undefined && (isZoneRefused || isAboutMetric(error));
  return {
    answer: [{ ...state, ...(error && !isExplained && { error }) }, ask],
    shown,
    catalog,
    isZoneRefused,
    more,
    isLoadingMore,
    moreError,
  };
}

function variablesOf(
  slug: string,
  { days, scope, size, metric: wanted, timeZone }: UsageAddress,
  catalog: readonly MetricFragment[],
): Question {
  const metric = metricOf(wanted, catalog);
  const isAverage = catalog.find(({ key }) => key === metric)?.kind === 'AVERAGE';
  return {
    slug,
    ...windowOf(days, timeZone),
    scope,
    size,
    metric,
    timeZone,
    // The parts of two windows match only if they are days.
    withBucketsBefore: size === 'DAY' && (timeZone === UTC || countDays(days) <= ZONED_DAYS_MAX),
    withShares: scope === 'ALL' && !isAverage,
    first: PAGE,
  };
}

/** The metric in the address, if there is such a one as far as is known. */
function metricOf(wanted: string, catalog: readonly MetricFragment[]): string {
  const has = (wanted: string): boolean => catalog.some(({ key }) => key === wanted);
  if (catalog.length === 0 || has(wanted)) return wanted;
  return has(STANDARD_METRIC) ? STANDARD_METRIC : (catalog[0]?.key ?? wanted);
}

/** Whether the window or its parts were refused: in UTC they are not. */
const isAboutZone = (error: CombinedError): boolean =>
  areAbout(error, ['timeZone', 'size', 'from', 'to']);

/**
 * Whether a metric of the address was refused: it is an average, which has no shares, or there is no
 * such metric. The catalog has come with the same answer, so what is asked for next is right.
 */
const isAboutMetric = (error: CombinedError): boolean => areAbout(error, ['metric', 'keys']);

function areAbout({ graphQLErrors }: CombinedError, argument: readonly string[]): boolean {
  return (
    graphQLErrors.length > 0 &&
    graphQLErrors.every(({ extensions }) => argument.includes(String(extensions['argument'])))
  );
}
