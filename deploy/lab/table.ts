/** The table of the lab, and its place on the page. */
import { addUp, type Answers } from './accounts.ts';
import type { Fault } from './faults.ts';
import type { Trial } from './trial.ts';

/** What is left of a fault in the table. */
type Claim = Pick<Fault, 'name' | 'title' | 'gapBound'>;

const HEAD = [
  'fault',
  'runs',
  'acknowledged',
  'lost',
  'doubled',
  'longest gap in changes, p50 / p95 / max',
  'bound',
  'in reads, max',
  'other answers',
  'result',
];

/** The value that a share of all values does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

/** What was missed, in words; empty if everything was kept. */
export function missed({ gapBound }: Pick<Claim, 'gapBound'>, trials: readonly Trial[]): string[] {
  const sum = (count: (trial: Trial) => number): number =>
    trials.reduce((total, trial) => total + count(trial), 0);
  const found = [
    [sum(({ lost }) => lost), 'lost'],
    [sum(({ doubled }) => doubled), 'doubled'],
    [sum(({ changesGap }) => Number(changesGap > gapBound)), 'gaps over the bound'],
    [sum((trial) => trial.unexpected), 'answers that should not be given'],
    [sum((trial) => trial.unanswered), 'operations without an answer'],
    [sum(({ exits }) => exits), 'processes that ended'],
    [sum(({ findings }) => Number(findings !== undefined)), 'inconsistencies'],
  ] as const;
  return found.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
}

/** The table as Markdown, with one row for each fault that was tried. */
export function tableOf(claims: readonly Claim[], trials: readonly Trial[]): string {
  const rows = claims.flatMap((claim) => {
    const own = trials.filter(({ fault }) => fault === claim.name);
    return own.length > 0 ? [rowOf(claim, own)] : [];
  });
  return [HEAD, HEAD.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function rowOf(claim: Claim, trials: readonly Trial[]): string[] {
  const gaps = trials.map(({ changesGap }) => changesGap);
  const sum = (count: (trial: Trial) => number): string =>
    trials.reduce((total, trial) => total + count(trial), 0).toLocaleString('en');
  const misses = missed(claim, trials);
  return [
    claim.title,
    String(trials.length),
    `${sum(({ organizations }) => organizations)} organizations, ${sum(({ events }) => events)} events`,
    sum(({ lost }) => lost),
    sum(({ doubled }) => doubled),
    [0.5, 0.95, 1].map((share) => quantile(gaps, share).toFixed(1)).join(' / ') + ' s',
    `${claim.gapBound} s`,
    `${Math.max(...trials.map(({ readsGap }) => readsGap)).toFixed(1)} s`,
    inWords(addUp(trials.map(({ answers }) => answers))),
    misses.length === 0 ? 'kept' : `MISSED: ${misses.join(', ')}`,
  ];
}

/** Answers that are no acknowledgement. */
export function inWords(answers: Answers): string {
  const others = [...answers].filter(([answer]) => answer !== 'OK');
  if (others.length === 0) return 'none';
  return others.map(([answer, times]) => `${times.toLocaleString('en')} × ${answer}`).join(', ');
}

const BEGIN = '<!-- lab: written by `npm run lab -- --write` -->';
const END = '<!-- end of lab -->';

/** Replaces what stands between the two comments of a page. Throws if it has none. */
export function replaceSection(page: string, section: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new RangeError(`the page has no ${BEGIN} … ${END}`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${section}\n\n${page.slice(end)}`;
}
