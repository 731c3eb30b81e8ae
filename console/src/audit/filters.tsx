/** Chooses which events are shown. */
import { useRef } from 'react';
import { texts } from '../texts/en/audit.ts';
import { Button } from '../ui/button.tsx';
import { Name } from '../ui/name.tsx';
import { Select } from '../ui/select.tsx';
import { ActionFilter } from './action-filter.tsx';
import { isFiltered, NO_FILTER, type AuditFilter } from './filter.ts';
import { PeriodField } from './period-field.tsx';
import { PersonField } from './person-field.tsx';
import type { FilterState } from './use-filter.ts';

const REACHES = ['one', 'tree'] as const;
export type Reach = (typeof REACHES)[number];

export interface FiltersProps {
  of: FilterState;
  reach: Reach;
  onReach(reach: Reach): void;
  /** What the chosen person and object are called; undefined until that is known. */
  names: { person: string | undefined; object: string | undefined };
  onRefresh(): void;
}

export function Filters({
  of: { filter, change, timeZone },
  reach,
  onReach,
  names,
  onRefresh,
}: FiltersProps) {
  const { actions, days, person, object } = filter;
  const refresh = useRef<HTMLButtonElement>(null);
  /** Shows more. The button that was pressed goes, and the focus stays among the filters. */
  const drop = (part: Partial<AuditFilter>): void => {
    refresh.current?.focus();
    change(part);
  };
  return (
    <div className="row filters" role="group" aria-label={texts.filters}>
      <Select
        label={texts.reach.label}
        isLabelHidden
        value={reach}
        options={REACHES.map((value) => ({ value, label: texts.reach[value] }))}
        onChange={onReach}
      />
      <ActionFilter chosen={actions} onChange={(next) => change({ actions: next })} />
      <PeriodField days={days} timeZone={timeZone} onChange={(next) => change({ days: next })} />
      <PersonField
        person={person}
        name={names.person}
        onChange={(next) => change({ person: next })}
      />
      <Button variant="quiet" ref={refresh} onPress={onRefresh}>
        {texts.again}
      </Button>
      {isFiltered(filter) && (
        <Button variant="quiet" onPress={() => drop(NO_FILTER)}>
          {texts.showAll}
        </Button>
      )}
      {object !== undefined && (
        <Button
          aria-label={texts.object.clear(names.object ?? object)}
          onPress={() => drop({ object: undefined })}
        >
          <Name of={texts.object.only(names.object ?? object)} /> ✕
        </Button>
      )}
    </div>
  );
}
