/** When what is shown happened. */
import { useEffect, useState } from 'react';
import { texts } from '../texts/en/audit.ts';
import { DateRange } from '../ui/date-range.tsx';
import { DAY_PAUSE_MS, todayIn, type DayRange } from '../ui/days.ts';
import { isRange } from './filter.ts';

export interface PeriodFieldProps {
  days: DayRange | undefined;
  timeZone: string;
  onChange(days: DayRange | undefined): void;
}

/** While a date is being typed, nothing is asked for yet. */
export function PeriodField({ days, timeZone, onChange }: PeriodFieldProps) {
  const [draft, setDraft] = useState<DayRange>();
  const [{ shown, round }, setShown] = useState({ shown: textOf(days), round: 0 });
  // Days may be chosen elsewhere, such as by "back". The picker remembers its last range by itself,
  // so that none is shown by a new one; otherwise it is kept, with the focus of who is typing.
  if (shown !== textOf(days)) {
    setShown({ shown: textOf(days), round: days ? round : round + 1 });
    setDraft(undefined);
  }
  const now = todayIn(timeZone);
  const isWrong = draft !== undefined && !isRange(draft, now);
  useEffect(() => {
    if (!draft || isWrong) return undefined;
    const timer = setTimeout(() => {
      setDraft(undefined);
      onChange(draft);
    }, DAY_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [draft, isWrong, onChange]);
  return (
    <DateRange
      key={round}
      label={texts.period.label}
      isLabelHidden
      value={draft ?? days ?? null}
      maxValue={now}
      onChange={setDraft}
      onClear={() => {
        setDraft(undefined);
        onChange(undefined);
      }}
      errorMessage={isWrong ? texts.period.wrong : undefined}
    />
  );
}

const textOf = (days: DayRange | undefined): string =>
  days ? `${days.start.toString()} ${days.end.toString()}` : '';
