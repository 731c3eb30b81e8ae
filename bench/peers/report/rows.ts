/** Figures as the cells of a table. */
import type { Measured } from '../measure.ts';
import type { Peer } from '../peer.ts';

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

const decimals = (value: number, count: number): string => (Number.isNaN(value) ? '–' : value.toFixed(count));
const whole = (value: number): string => Math.round(value).toLocaleString('en');
const times = (one: number | undefined, other: number | undefined): string =>
  one === undefined || other === undefined || Number.isNaN(one / other) ? '–' : `${(one / other).toFixed(2)}×`;

/** One row per server. */
export function rowsOf(figures: readonly Measured[], peers: readonly Pick<Peer, 'name' | 'label'>[]): string[][] {
  const of = (name: string): Measured | undefined => figures.find(({ peer }) => peer === name);
  const [checked, postgraphile] = [of('raw2'), of('postgraphile')];
  return figures.map((row) => [
    peers.find(({ name }) => name === row.peer)?.label ?? row.peer,
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
