/** Chooses what the usage view shows. */
import { useEffect, useState } from 'react';
import type { MetricFragment } from '../generated/usage/graphql.ts';
import { texts as common } from '../texts/en.ts';
import { texts } from '../texts/en/usage.ts';
import { DateRange } from '../ui/date-range.tsx';
import { DAY_PAUSE_MS, todayIn, type DayRange } from '../ui/days.ts';
import { Segments } from '../ui/segments.tsx';
import { Select } from '../ui/select.tsx';
import { UTC } from './address.ts';
import { PRESETS, problemOf, type Preset } from './range.ts';
import type { AddressState } from './use-address.ts';

const CHOSEN = 'chosen';

export interface ToolbarProps {
  state: AddressState;
  catalog: readonly MetricFragment[];
  /** The key of the metric that is shown. */
  metric: string;
}

export function Toolbar({ state: { address, change }, catalog, metric }: ToolbarProps) {
  const { preset, days, scope, timeZone } = address;
  const presets = PRESETS.map((value) => ({ value, label: texts.presets[value] }));
  const metrics =
    catalog.length === 0
      ? [{ value: metric, label: common.common.loading }]
      : catalog.map(({ key, name, description }) => ({
          value: key,
          label: name,
          description: description ?? undefined,
        }));
  const here = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zones = [...new Set([UTC, here, timeZone])];
  return (
    <div className="usage-toolbar" role="group" aria-label={texts.toolbar}>
      <Select<Preset | typeof CHOSEN>
        label={texts.period}
        value={preset ?? CHOSEN}
        options={preset ? presets : [...presets, { value: CHOSEN, label: texts.chosen }]}
        onChange={(value) => {
          if (value !== CHOSEN) change({ preset: value });
        }}
      />
      <Days
        key={`${days.start.toString()} ${days.end.toString()} ${timeZone}`}
        days={days}
        timeZone={timeZone}
        change={change}
      />
      <Select
        label={texts.metric}
        value={metric}
        options={metrics}
        isDisabled={catalog.length === 0}
        onChange={(metric) => change({ metric })}
      />
      <div className="field">
        <span className="field-label" aria-hidden="true">
          {texts.scope}
        </span>
        <Segments
          label={texts.scope}
          value={scope}
          options={(['ALL', 'SINGLE'] as const).map((value) => ({
            value,
            label: texts.scopes[value],
          }))}
          onChange={(scope) => change({ scope })}
        />
      </div>
      {zones.length > 1 && (
        <Select
          label={texts.timeZone}
          value={timeZone}
          options={zones.map((zone) => ({ value: zone, label: zone.replaceAll('_', ' ') }))}
          onChange={(timeZone) => change({ timeZone })}
        />
      )}
    </div>
  );
}

interface DaysProps {
  days: DayRange;
  timeZone: string;
  change: AddressState['change'];
}

/** The days that are shown. While a date is being typed, nothing is asked for yet. */
function Days({ days, timeZone, change }: DaysProps) {
  const [draft, setDraft] = useState<DayRange>();
  const now = todayIn(timeZone);
  const problem = draft && problemOf(draft, now, timeZone);
  useEffect(() => {
    if (!draft || problem !== undefined) return undefined;
    const timer = setTimeout(() => {
      setDraft(undefined);
      change({ days: draft });
    }, DAY_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [draft, problem, change]);
  return (
    <DateRange
      label={texts.days}
      value={draft ?? days}
      maxValue={now}
      onChange={setDraft}
      errorMessage={problem && texts.problems[problem]}
    />
  );
}
