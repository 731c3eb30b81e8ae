/** Usage over time: its sum, the period before, and bars or numbers for each part. */
import { lazy, Suspense, useMemo, useState } from 'react';
import type { MetricFragment } from '../generated/usage/graphql.ts';
import { texts } from '../texts/en/usage.ts';
import { Empty } from '../ui/answer-states.tsx';
import { Button } from '../ui/button.tsx';
import { toCsv } from '../ui/csv.ts';
import { download } from '../ui/download.ts';
import { Panel } from '../ui/facts.tsx';
import { formatDateTime, formatDecimal, formatInteger, formatRelative } from '../ui/format.ts';
import { Segments } from '../ui/segments.tsx';
import { SIZES } from './address.ts';
import { BucketTable } from './bucket-table.tsx';
import { Comparison } from './comparison.tsx';
import { fileNameOf, timelineRows } from './files.ts';
import { partNames, valueText, type PartNames } from './labels.ts';
import { partsOf, type TimelinePart } from './parts.ts';
import type { AddressState } from './use-address.ts';
import type { Organization, Question, Usage } from './use-usage.ts';

const Chart = lazy(() => import('./chart.tsx'));

export interface TimelinePanelProps {
  organization: Organization;
  usage: Usage;
  shown: Question;
  metric: MetricFragment;
  state: AddressState;
}

export function TimelinePanel({ organization, usage, shown, metric, state }: TimelinePanelProps) {
  const { address, change } = state;
  const { size, timeZone } = shown;
  const names = useMemo(() => partNames(size, timeZone, navigator.language), [size, timeZone]);
  const parts = useMemo(() => partsOf(usage, names), [usage, names]);
  const save = (): void =>
    download(
      fileNameOf([organization.slug, metric.key, 'over-time'], usage, timeZone),
      'text/csv',
      toCsv(texts.csvColumns.overTime, timelineRows(parts, { organization, usage, metric })),
    );
  const title = texts.overTime(metric.name);
  return (
    <Panel
      title={title}
      action={
        <div className="row">
          <Segments
            label={texts.size}
            value={size}
            options={SIZES.map((value) => ({ value, label: texts.sizes[value] }))}
            onChange={(size) => change({ size })}
          />
          <Segments
            label={texts.view}
            value={address.isTable ? 'table' : 'chart'}
            options={(['chart', 'table'] as const).map((value) => ({
              value,
              label: texts.views[value],
            }))}
            onChange={(view) => change({ isTable: view === 'table' })}
          />
          <Button onPress={save} aria-label={texts.csvOf(title)} isDisabled={parts.length === 0}>
            {texts.csv}
          </Button>
        </div>
      }
    >
      <Headline usage={usage} metric={metric} names={names} />
      <div className="usage-timeline">
        {!usage.buckets ? (
          <Empty title={texts.noParts} />
        ) : parts.every(({ value, before }) => isZero(value) && isZero(before ?? '0')) ? (
          <Empty title={texts.nothing}>{texts.nothingHint}</Empty>
        ) : address.isTable ? (
          <BucketTable parts={parts} label={title} />
        ) : (
          <Drawing parts={parts} metric={metric} days={names.days(usage)} />
        )}
      </div>
    </Panel>
  );
}

const isZero = (value: string): boolean => Number(value) === 0;

/** The sum, and how it compares with the period before. */
function Headline({
  usage,
  metric: { key, unit, description },
  names,
}: {
  usage: Usage;
  metric: MetricFragment;
  names: PartNames;
}) {
  const valueIn = (totals: Usage['metrics']): string | undefined =>
    totals?.find(({ metric }) => metric.key === key)?.value;
  const now = valueIn(usage.metrics);
  const { previous } = usage;
  const before = valueIn(previous?.metrics ?? null);
  return (
    <div className="usage-headline">
      <p>
        <strong className="usage-sum" title={now}>
          {now === undefined ? texts.change.none : valueText(now, unit, navigator.language)}
        </strong>{' '}
        {texts.total(usage.organizationCount, formatInteger(usage.organizationCount))}
      </p>
      <p className="hint">
        {now !== undefined && previous && before !== undefined ? (
          isZero(before) ? (
            texts.nothingBefore(names.days(previous))
          ) : (
            <>
              <Comparison now={now} before={before} /> {texts.before(names.days(previous))} (
              {formatDecimal(before)})
            </>
          )
        ) : (
          texts.noBefore
        )}
        {' · '}
        <time dateTime={usage.asOf} title={formatDateTime(usage.asOf)}>
          {texts.asOf(formatRelative(usage.asOf))}
        </time>
      </p>
      {description !== null && <p className="hint">{description}</p>}
    </div>
  );
}

/** The chart, with the part under the pointer in words above it. */
function Drawing({
  parts,
  metric,
  days,
}: {
  parts: readonly TimelinePart[];
  metric: MetricFragment;
  days: string;
}) {
  const [pointed, point] = useState<number | null>(null);
  const part = pointed === null ? undefined : parts[pointed];
  const highest = parts.reduce((one, other) =>
    Number(other.value) > Number(one.value) ? other : one,
  );
  const hasBefore = parts.some(({ before }) => before !== undefined);
  return (
    <>
      <p className="usage-legend" aria-hidden="true">
        <span className="usage-key now">
          {part ? `${part.name}: ${formatDecimal(part.value)}` : texts.legendNow}
        </span>
        {hasBefore && (
          <span className="usage-key before">
            {part?.before === undefined
              ? texts.legendBefore
              : `${part.nameBefore}: ${formatDecimal(part.before)}`}
          </span>
        )}
      </p>
      <Suspense fallback={<div className="usage-chart" />}>
        <Chart
          parts={parts}
          label={texts.chart(metric.name, days, formatDecimal(highest.value), highest.name)}
          onPoint={point}
        />
      </Suspense>
    </>
  );
}
