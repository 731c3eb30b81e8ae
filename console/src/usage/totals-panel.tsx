/** The sums of all metrics. Each leads to its chart. */
import { Link } from 'wouter';
import type { MetricFragment, TotalFragment } from '../generated/usage/graphql.ts';
import { texts } from '../texts/en/usage.ts';
import { Panel } from '../ui/facts.tsx';
import { formatDecimal } from '../ui/format.ts';
import { Table, type TableColumn } from '../ui/table.tsx';
import { Comparison } from './comparison.tsx';
import type { AddressState } from './use-address.ts';
import type { Usage } from './use-usage.ts';

export interface TotalsPanelProps {
  usage: Usage;
  /** The metric that is shown. */
  metric: MetricFragment;
  state: AddressState;
}

type Row = TotalFragment & { id: string; before: string | undefined };

export function TotalsPanel({ usage, metric: { key: shown }, state }: TotalsPanelProps) {
  const before = new Map(
    usage.previous?.metrics?.map(({ metric: { key }, value }) => [key, value]),
  );
  const rows = (usage.metrics ?? []).map((total): Row => {
    const { key } = total.metric;
    return { ...total, id: key, before: before.get(key) };
  });
  return (
    <Panel title={texts.totals.title}>
      <Table label={texts.totals.title} columns={columnsFor(shown, state)} rows={rows} />
    </Panel>
  );
}

function columnsFor(shown: string, state: AddressState): TableColumn<Row>[] {
  return [
    {
      id: 'metric',
      title: texts.totals.metric,
      isRowHeader: true,
      cell: ({ metric: { key, name, description } }) => (
        <Link
          href={state.linkTo({ metric: key })}
          title={description ?? undefined}
          aria-current={key === shown ? 'true' : undefined}
        >
          {name}
        </Link>
      ),
    },
    {
      id: 'value',
      title: texts.totals.value,
      align: 'end',
      cell: ({ value }) => <span title={value}>{formatDecimal(value)}</span>,
    },
    {
      id: 'change',
      title: texts.totals.change,
      align: 'end',
      cell: ({ value, before }) =>
        before === undefined ? texts.change.none : <Comparison now={value} before={before} />,
    },
  ];
}
