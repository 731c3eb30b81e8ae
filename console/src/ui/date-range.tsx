/** A range of days: typed, or chosen in a calendar. */
import type { CalendarDate } from '@internationalized/date';
import { Button } from 'react-aria-components/Button';
import { DateInput, DateRangePicker, DateSegment } from 'react-aria-components/DateRangePicker';
import { Dialog } from 'react-aria-components/Dialog';
import { FieldError } from 'react-aria-components/FieldError';
import { Group } from 'react-aria-components/Group';
import { Heading } from 'react-aria-components/Heading';
import { Label } from 'react-aria-components/Label';
import { Popover } from 'react-aria-components/Popover';
import {
  CalendarCell,
  CalendarGrid,
  CalendarGridBody,
  CalendarGridHeader,
  CalendarHeaderCell,
  RangeCalendar,
} from 'react-aria-components/RangeCalendar';
import type { DayRange } from './days.ts';
import { texts } from '../texts/en/date-range.ts';
import './styles/date-range.css';

export interface DateRangeProps {
  label: string;
  /** The label is read out, and not shown. */
  isLabelHidden?: boolean;
  /** Null for no range. */
  value: DayRange | null;
  /** Called with every complete range, also with one that cannot be taken. */
  onChange(range: DayRange): void;
  /** Removes the range, where there need not be one. */
  onClear?: (() => void) | undefined;
  /** The last day that can be chosen. */
  maxValue: CalendarDate;
  /** What is wrong with the range. */
  errorMessage?: string | undefined;
}

export function DateRange({
  label,
  isLabelHidden = false,
  value,
  onChange,
  onClear,
  maxValue,
  errorMessage,
}: DateRangeProps) {
  return (
    <DateRangePicker
      className="field date-range"
      value={value}
      maxValue={maxValue}
      isInvalid={errorMessage !== undefined}
      shouldForceLeadingZeros={false}
      onChange={(range) => {
        if (range) onChange(range);
      }}
      {...(isLabelHidden && { 'aria-label': label })}
    >
      {!isLabelHidden && <Label>{label}</Label>}
      <Group className="input date-range-group">
        <DateInput slot="start" className="date-input">
          {(segment) => <DateSegment segment={segment} className="date-segment" />}
        </DateInput>
        <span aria-hidden="true">–</span>
        <DateInput slot="end" className="date-input">
          {(segment) => <DateSegment segment={segment} className="date-segment" />}
        </DateInput>
        {onClear && value && (
          <Button
            slot={null}
            className="date-range-button"
            aria-label={texts.clear}
            onPress={onClear}
          >
            ✕
          </Button>
        )}
        <Button className="date-range-button">
          <span aria-hidden="true">▾</span>
        </Button>
      </Group>
      <FieldError className="field-error">{errorMessage}</FieldError>
      <Popover className="popover">
        <Dialog className="calendar-dialog" aria-label={texts.calendar}>
          <RangeCalendar className="calendar">
            <header className="calendar-header">
              <Button slot="previous" className="button quiet icon">
                ‹
              </Button>
              <Heading className="calendar-title" />
              <Button slot="next" className="button quiet icon">
                ›
              </Button>
            </header>
            <CalendarGrid className="calendar-grid">
              <CalendarGridHeader>
                {(day) => <CalendarHeaderCell>{day}</CalendarHeaderCell>}
              </CalendarGridHeader>
              <CalendarGridBody>
                {(date) => <CalendarCell date={date} className="calendar-cell" />}
              </CalendarGridBody>
            </CalendarGrid>
          </RangeCalendar>
        </Dialog>
      </Popover>
    </DateRangePicker>
  );
}
