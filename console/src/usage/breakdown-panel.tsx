/** Who used how much: the organization itself and each one below, largest first. */
import { useState } from 'react';
import { Link } from 'wouter';
import { organizationPath } from '../app/paths.ts';
import type { MetricFragment, SharesFragment } from '../generated/usage/graphql.ts';
import { texts } from '../texts/en/usage.ts';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { toCsv } from '../ui/csv.ts';
import { download } from '../ui/download.ts';
import { Panel } from '../ui/facts.tsx';
import { Name } from '../ui/name.tsx';
import { RequestFailure } from '../ui/request-failure.tsx';
import { Table, type TableColumn } from '../ui/table.tsx';
import { shareText } from './change.ts';
import { fileNameOf, shareRows } from './files.ts';
import { columnFormat } from './labels.ts';
import { distinctShares } from './parts.ts';
import type { AddressState } from './use-address.ts';
import type { Organization, Shares, Usage, UsageState } from './use-usage.ts';

export interface BreakdownPanelProps {
  acting: string;
  organization: Organization;
  usage: Usage;
  metric: MetricFragment;
  state: AddressState;
  source: UsageState;
}

type Row = SharesFragment['edges'][number] & { id: string };

export function BreakdownPanel(props: BreakdownPanelProps) {
  const { acting, organization, usage, state, source } = props;
  const { parent } = organization;
  const shares = usage.byChild;
  const rows = distinctShares(shares?.edges ?? []).map((edge) => ({ ...edge, id: edge.node.id }));
  const hrefOf = (slug: string): string =>
    organizationPath(acting, slug, 'usage') + state.search({ scope: 'ALL' });
  return (
    <Panel
      title={texts.breakdown.title}
      action={
        <div className="row">
          {parent && (
            <Link href={hrefOf(parent.slug)}>
              ↑ {texts.breakdown.up} <Name of={parent.name} />
            </Link>
          )}
          {shares && <Save {...props} shares={shares} />}
        </div>
      }
    >
      {shares ? (
        <>
          <Table
            label={texts.breakdown.title}
            columns={columnsFor(rows, organization.id, hrefOf, state)}
            rows={rows}
          />
          {source.moreError && (
            <RequestFailure error={source.moreError} onRetry={() => void source.more(shares)} />
          )}
          {shares.pageInfo.hasNextPage && !source.moreError && (
            <div className="row">
              <Button isPending={source.isLoadingMore} onPress={() => void source.more(shares)}>
                {texts.breakdown.more}
              </Button>
            </div>
          )}
        </>
      ) : usage.scope === 'SINGLE' ? (
        <div className="row spread">
          <p className="hint">{texts.breakdown.single}</p>
          <Button onPress={() => state.change({ scope: 'ALL' })}>{texts.breakdown.showAll}</Button>
        </div>
      ) : (
        <p className="hint">{texts.breakdown.average}</p>
      )}
    </Panel>
  );
}

function columnsFor(
  rows: readonly Row[],
  itself: string,
  hrefOf: (slug: string) => string,
  state: AddressState,
): TableColumn<Row>[] {
  const { breakdown } = texts;
  const format = columnFormat(
    rows.map(({ subtree }) => subtree),
    navigator.language,
  );
  return [
    {
      id: 'name',
      title: breakdown.name,
      isRowHeader: true,
      cell: ({ node: { id, slug, name } }) =>
        id === itself ? (
          <>
            <Link href={state.linkTo({ scope: 'SINGLE' })}>
              <Name of={name} />
            </Link>{' '}
            <span className="hint">{breakdown.itself}</span>
          </>
        ) : (
          <Link href={hrefOf(slug)}>
            <Name of={name} />
          </Link>
        ),
    },
    {
      id: 'subtree',
      title: breakdown.subtree,
      align: 'end',
      cell: ({ subtree }) => <span title={subtree}>{format(subtree)}</span>,
    },
    {
      id: 'share',
      title: breakdown.share,
      align: 'end',
      cell: ({ share }) => (
        <span className="usage-share">
          <span className="usage-share-bar" aria-hidden="true">
            <span style={{ width: `${share * 100}%` }} />
          </span>
          <span>{shareText(share, navigator.language)}</span>
        </span>
      ),
    },
    {
      id: 'own',
      title: breakdown.own,
      align: 'end',
      cell: ({ own }) => <span title={own}>{format(own)}</span>,
    },
  ];
}

/** Saves all shares, also those that have not been shown yet. */
function Save({
  organization,
  usage,
  metric,
  source,
  shares,
}: BreakdownPanelProps & { shares: Shares }) {
  const [isPending, setPending] = useState(false);
  const [hasFailed, setFailed] = useState(false);
  const save = async (): Promise<void> => {
    setPending(true);
    setFailed(false);
    const all = await withAllPages(shares, source);
    setPending(false);
    if (!all) return setFailed(true);
    download(
      fileNameOf([organization.slug, metric.key, 'by-organization'], usage, source.shown.timeZone),
      'text/csv',
      toCsv(texts.csvColumns.breakdown, shareRows(distinctShares(all.edges), { usage, metric })),
    );
  };
  return (
    <>
      {hasFailed && <Callout tone="danger">{texts.failedPages}</Callout>}
      <Button
        isPending={isPending}
        aria-label={texts.csvOf(texts.breakdown.title)}
        onPress={() => void save()}
      >
        {isPending ? texts.csvPending : texts.csv}
      </Button>
    </>
  );
}

async function withAllPages(shares: Shares, { more }: UsageState): Promise<Shares | undefined> {
  let all: Shares | undefined = shares;
  // Each answer has the pages before as well, since the cache puts them together.
  while (all?.pageInfo.hasNextPage) all = await more(all, true);
  return all;
}
