/** Figures as the cells of tables. */
import type { Measured } from '../measure.ts';
import type { PeerName } from '../peer.ts';
import { queries, type QueryKey } from '../queries.ts';
import type { Verdict } from '../targets.ts';
import type { Results } from './results.ts';

type Labels = readonly { name: PeerName; label: string }[];

/** The columns of the table of one query. */
export const HEAD = [
  'server',
  'requests/s',
  'slowest to fastest round',
  'p50 / p99 ms',
  'process CPU ms',
  'PostgreSQL CPU ms',
  'statements',
  'against raw with authorization: requests/s, process CPU',
  'against PostGraphile',
];

/** What JSON has made of a figure that was not measured is null. */
type Figure = number | null | undefined;

const isMeasured = (figure: Figure): figure is number =>
  typeof figure === 'number' && !Number.isNaN(figure);
export const decimals = (figure: Figure, count: number): string =>
  isMeasured(figure) ? figure.toFixed(count) : '–';
export const whole = (figure: number): string => Math.round(figure).toLocaleString('en');
const times = (one: Figure, other: Figure): string =>
  isMeasured(one) && isMeasured(other) ? `${(one / other).toFixed(2)}×` : '–';

/** One row per server. */
export function rowsOf(figures: readonly Measured[], labels: Labels): string[][] {
  const of = (name: PeerName): Measured | undefined => figures.find(({ peer }) => peer === name);
  const [checked, postgraphile] = [of('raw2'), of('postgraphile')];
  return figures.map((row) => [
    labels.find(({ name }) => name === row.peer)?.label ?? row.peer,
    whole(row.rate),
    `${whole(row.slowest)} to ${whole(row.fastest)}`,
    `${decimals(row.p50, 2)} / ${decimals(row.p99, 1)}`,
    decimals(row.processCpu, 3),
    decimals(row.postgresCpu, 3),
    decimals(row.statements, 1),
    `${times(row.rate, checked?.rate)}, ${times(row.processCpu, checked?.processCpu)}`,
    times(row.rate, postgraphile?.rate),
  ]);
}

/** A target and whether it is kept, in words. */
export function sentence({
  query,
  peer,
  against,
  what,
  measured,
  target,
  isKept,
}: Verdict): string {
  const bound = what === 'requests/s' ? '≥' : '≤';
  return `${isKept ? 'kept  ' : 'MISSED'}  ${query}, ${what} of ${peer} against ${against}: ${measured.toFixed(2)}×, target ${bound} ${target}×`;
}

const verdictCell = (verdicts: readonly Verdict[]): string =>
  verdicts.map(({ measured, target, what, isKept }) => {
    const bound = `${what === 'requests/s' ? '≥' : '≤'} ${target}×`;
    return `${measured.toFixed(2)}× (${bound}${isKept ? '' : ', MISSED'})`;
  })[0] ?? '–';

/** The table of all queries: requests per second with milliseconds of CPU of the process, and the targets. */
export function overview({ peers, measured, verdicts }: Results): {
  head: string[];
  rows: string[][];
} {
  const asked = queries.filter(({ key }) => measured.some(({ query }) => query === key));
  const cell = (query: QueryKey, peer: PeerName): string => {
    const figures = measured.find((row) => row.query === query && row.peer === peer);
    return figures ? `${whole(figures.rate)} (${decimals(figures.processCpu, 3)})` : '–';
  };
  const judged = (query: QueryKey, against: PeerName, what: Verdict['what']): string =>
    verdictCell(
      verdicts.filter(
        (verdict) =>
          verdict.query === query && verdict.against === against && verdict.what === what,
      ),
    );
  return {
    head: [
      'query',
      ...peers.map(({ label }) => label),
      'against raw with authorization',
      'process CPU against it',
      'against PostGraphile',
      'general path against Yoga + Pothos + DataLoader',
    ],
    rows: asked.map(({ key, title }) => [
      `${key}, ${title}`,
      ...peers.map(({ name }) => cell(key, name)),
      judged(key, 'raw2', 'requests/s'),
      judged(key, 'raw2', 'process CPU'),
      judged(key, 'postgraphile', 'requests/s'),
      judged(key, 'idiomatic', 'requests/s'),
    ]),
  };
}
