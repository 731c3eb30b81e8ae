import { parseDate } from '@internationalized/date';
import { describe, expect, it } from 'vitest';
import { changeAddress, parseAddress } from '../../console/src/usage/address.ts';
import { changeOf, shareText } from '../../console/src/usage/change.ts';
import { columnFormat, partNames, valueText } from '../../console/src/usage/labels.ts';
import { distinctShares, partsOf } from '../../console/src/usage/parts.ts';
import { daysOf, problemOf, type Preset } from '../../console/src/usage/range.ts';
import { parseDays, windowOf } from '../../console/src/ui/days.ts';
import { fileNameOf, timelineRows } from '../../console/src/usage/files.ts';
import { toCsv } from '../../console/src/ui/csv.ts';

const NOW = parseDate('2026-03-31');
const read = (query: string) => parseAddress(new URLSearchParams(query), () => NOW);
const days = (from: string, to: string) => ({ start: parseDate(from), end: parseDate(to) });

describe('A range of days', () => {
  it.each<[Preset, string, string]>([
    ['7d', '2026-03-25', '2026-03-31'],
    ['30d', '2026-03-02', '2026-03-31'],
    ['90d', '2026-01-01', '2026-03-31'],
    ['this-month', '2026-03-01', '2026-03-31'],
    ['last-month', '2026-02-01', '2026-02-28'],
  ])('named %s is from %s to %s', (preset, start, end) => {
    expect(Object.values(daysOf(preset, NOW)).map(String)).toEqual([start, end]);
  });

  it('is a window from midnight to the midnight after it, with 23 hours where clocks go forward', () => {
    const range = days('2026-03-29', '2026-03-29');
    expect(windowOf(range, 'UTC')).toEqual({
      from: '2026-03-29T00:00:00.000Z',
      to: '2026-03-30T00:00:00.000Z',
    });
    expect(windowOf(range, 'Europe/Berlin')).toEqual({
      from: '2026-03-28T23:00:00.000Z',
      to: '2026-03-29T22:00:00.000Z',
    });
  });

  it('is refused where the API would refuse it', () => {
    const problem = (from: string, to: string, zone = 'UTC') =>
      problemOf(days(from, to), NOW, zone);
    expect(problem('2026-03-02', '2026-03-01')).toBe('order');
    expect(problem('2026-04-01', '2026-04-02')).toBe('future');
    expect(problem('2025-03-31', '2026-03-31')).toBeUndefined();
    expect(problem('2025-03-30', '2026-03-31')).toBe('length');
    // 366 days, of which one has 25 hours and none has 23.
    expect(problem('2024-10-27', '2025-10-27', 'Europe/Berlin')).toBe('length');
    expect(problem('0001-01-01', '2026-03-31')).toBe('length');
  });

  it('is not read from what are no two dates', () => {
    expect(parseDays('2026-02-30', '2026-03-01')).toBeUndefined();
    expect(parseDays('2026-02-01', null)).toBeUndefined();
    expect(parseDays('=1+1', '2026-03-01')).toBeUndefined();
  });
});

describe('The address of usage', () => {
  it('shows thirty days of everything below in days of UTC unless it says otherwise', () => {
    expect(read('')).toMatchObject({
      preset: '30d',
      scope: 'ALL',
      size: 'DAY',
      metric: 'voice_minutes',
      timeZone: 'UTC',
      isTable: false,
    });
  });

  it('shows the usual instead of what cannot be shown', () => {
    const usual = read('');
    expect(
      read('range=2y&from=2020-01-01&to=2026-01-01&scope=x&size=hour&zone=Mars/Base&view=x'),
    ).toEqual(usual);
    expect(read('zone=%2B05:30')).toEqual(usual);
    expect(read('from=2026-04-20&to=2026-04-21')).toEqual(usual);
  });

  it('shows long ranges by weeks unless a length was chosen', () => {
    expect(read('from=2025-06-01&to=2026-03-01').size).toBe('WEEK');
    expect(read('from=2025-06-01&to=2026-03-01&size=day').size).toBe('DAY');
  });

  it('says what was chosen, and reads the same back', () => {
    const parameters = changeAddress(new URLSearchParams('tab=x&range=7d'), {
      days: days('2026-01-05', '2026-02-01'),
      scope: 'SINGLE',
      size: 'MONTH',
      metric: 'chat_calls',
      timeZone: 'Europe/Berlin',
      isTable: true,
    });
    expect(parameters.toString()).toBe(
      'tab=x&from=2026-01-05&to=2026-02-01&scope=single&size=month&metric=chat_calls&zone=Europe%2FBerlin&view=table',
    );
    expect(read(parameters.toString())).toEqual({
      preset: undefined,
      days: days('2026-01-05', '2026-02-01'),
      scope: 'SINGLE',
      size: 'MONTH',
      metric: 'chat_calls',
      timeZone: 'Europe/Berlin',
      isTable: true,
    });
  });

  it('leaves out what is usual, and the length that was chosen for another range', () => {
    const before = new URLSearchParams('from=2025-06-01&to=2026-03-01&size=month&scope=single');
    expect(changeAddress(before, { preset: '30d', scope: 'ALL' }).toString()).toBe('');
    expect(changeAddress(before, { preset: '90d' }).toString()).toBe('scope=single&range=90d');
  });
});

describe('The shares of two pages', () => {
  it('have an organization once that changed its place while they were read', () => {
    const share = (id: string, subtree: string) => ({
      __typename: 'UsageByChildEdge' as const,
      cursor: id,
      own: '0',
      subtree,
      share: 0,
      node: {
        __typename: 'Organization' as const,
        id,
        slug: id,
        name: id,
        kind: 'CUSTOMER' as const,
      },
    });
    const pages = [share('a', '9'), share('b', '5'), share('c', '4'), share('b', '6')];
    expect(distinctShares(pages).map(({ cursor, subtree }) => [cursor, subtree])).toEqual([
      ['a', '9'],
      ['b', '6'],
      ['c', '4'],
    ]);
  });
});

describe('A comparison', () => {
  it('is a share of what was before, also where that is nothing or less', () => {
    expect(changeOf('150.5', '100.00')).toEqual({ kind: 'ratio', ratio: 0.505 });
    expect(changeOf('0', '100')).toEqual({ kind: 'ratio', ratio: -1 });
    expect(changeOf('-1', '-2')).toEqual({ kind: 'ratio', ratio: 0.5 });
    expect(changeOf('0', '0.000')).toEqual({ kind: 'none' });
    expect(changeOf('0.001', '0')).toEqual({ kind: 'new' });
  });

  it('never reads as nothing or as all where it is not', () => {
    const text = (share: number) => shareText(share, 'en');
    expect([0, 1e-9, 0.0005, 0.3333, 0.9994, 0.9999, 1].map(text)).toEqual([
      '0%',
      '< 0.1%',
      '0.1%',
      '33.3%',
      '99.9%',
      '> 99.9%',
      '100%',
    ]);
  });
});

describe('The parts of a window', () => {
  it('are named by the days of their time zone, also where the window cuts them', () => {
    const week = { from: '2026-03-01T23:00:00Z', to: '2026-03-08T23:00:00Z' };
    // Between thin spaces.
    expect(partNames('WEEK', 'Europe/Berlin', 'en').name(week)).toBe('Mar 2\u2009–\u20098, 2026');
    expect(partNames('DAY', 'Europe/Berlin', 'en').name(week)).toBe('Mon, Mar 2, 2026');
    expect(partNames('MONTH', 'Europe/Berlin', 'en').tick(week)).toBe('Mar 26');
  });

  it('have values with their unit, where it has a name in every language', () => {
    expect(valueText('9007199254740993.5', 'minute', 'en')).toBe('9,007,199,254,740,993.5 minutes');
    expect(valueText('1', 'second', 'en')).toBe('1 second');
    expect(valueText('3', 'call', 'en')).toBe('3');
  });

  it('are written with as many places as the others of their column, two at most', () => {
    const write = (values: string[]) => values.map(columnFormat(values, 'en'));
    expect(write(['1568.7', '2047.081', '0'])).toEqual(['1,568.70', '2,047.08', '0.00']);
    expect(write(['9007199254740993', '1'])).toEqual(['9,007,199,254,740,993', '1']);
    expect(write([])).toEqual([]);
  });

  it('stand beside those before in order, of which there may be fewer', () => {
    const bucket = (day: number, value: string) => ({
      __typename: 'UsageBucket' as const,
      from: `2026-03-0${day}T00:00:00Z`,
      to: `2026-03-0${day + 1}T00:00:00Z`,
      metrics: [{ __typename: 'UsageMetricTotal' as const, value }],
    });
    const parts = partsOf(
      {
        buckets: [bucket(3, '9007199254740993.5'), bucket(4, '2')],
        previous: { buckets: [bucket(1, '7')] },
      },
      partNames('DAY', 'UTC', 'en'),
    );
    expect(parts.map(({ value, before }) => [value, before])).toEqual([
      ['9007199254740993.5', '7'],
      ['2', undefined],
    ]);
    const subject = {
      organization: { slug: 'acme' },
      usage: { from: '', to: '', scope: 'ALL' },
      metric: { key: 'voice_minutes', unit: 'minute' },
    };
    expect(toCsv(['a'], timelineRows(parts, subject))).toBe(
      'a\r\n' +
        '2026-03-03T00:00:00Z,2026-03-04T00:00:00Z,acme,all below,voice_minutes,minute,9007199254740993.5,7\r\n' +
        '2026-03-04T00:00:00Z,2026-03-05T00:00:00Z,acme,all below,voice_minutes,minute,2,\r\n',
    );
  });
});

describe('A file of comma-separated values', () => {
  it('is named by the first and the last day in the time zone', () => {
    const window = windowOf(days('2026-03-01', '2026-03-29'), 'Europe/Berlin');
    expect(fileNameOf(['acme'], window, 'Europe/Berlin')).toBe(
      'usage-acme-2026-03-01-2026-03-29.csv',
    );
  });

  it('quotes what would end a cell, and doubles quotes', () => {
    expect(
      toCsv(
        ['a', 'b'],
        [
          ['x,y', 'say "hi"'],
          ['two\r\nlines', ' edge'],
        ],
      ),
    ).toBe('a,b\r\n"x,y","say ""hi"""\r\n"two\r\nlines"," edge"\r\n');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '＝1'])(
    'does not let the text %j be a formula',
    (text) => {
      const [, line = ''] = toCsv(['a'], [[text]]).split('\r\n');
      expect(line.replace(/^"/, '').startsWith("'")).toBe(true);
    },
  );

  it('leaves negative numbers as they are, and nothing empty', () => {
    expect(toCsv(['a', 'b'], [[{ number: '-1.50' }, null]])).toBe('a,b\r\n-1.50,\r\n');
  });
});
