import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { faults } from '../../deploy/lab/faults.ts';
import { missed, quantile, replaceSection, tableOf } from '../../deploy/lab/table.ts';
import type { Trial } from '../../deploy/lab/trial.ts';

const claim = { name: 'killed', title: 'The primary is killed', gapBound: 23 };
const trial: Trial = {
  fault: 'killed',
  organizations: 1_000,
  events: 20,
  lost: 0,
  doubled: 0,
  changesGap: 12.34,
  readsGap: 3,
  answers: new Map([
    ['OK', 60],
    ['503 UNAVAILABLE', 4],
  ]),
  unexpected: 0,
  unanswered: 0,
  exits: 0,
  findings: undefined,
};

describe('The table', () => {
  it('has a row for each fault that was tried, with sums and the worst figures of its trials', () => {
    const rows = tableOf(
      [claim, { ...claim, name: 'frozen' }],
      [trial, { ...trial, changesGap: 20.06, readsGap: 5 }],
    ).split('\n');
    expect(rows).toHaveLength(3);
    expect(rows[2]).toBe(
      '| The primary is killed | 2 | 2,000 organizations, 40 events | 0 | 0 | 12.3 / 20.1 / 20.1 s | 23 s | 5.0 s | 8 × 503 UNAVAILABLE | kept |',
    );
  });

  it.each([
    [{ lost: 1 }, '1 lost'],
    [{ doubled: 2 }, '2 doubled'],
    [{ changesGap: 23.1 }, '1 gaps over the bound'],
    [{ unexpected: 3 }, '3 answers that should not be given'],
    [{ unanswered: 1 }, '1 operations without an answer'],
    [{ exits: 1 }, '1 processes that ended'],
    [{ findings: 'the tree differs' }, '1 inconsistencies'],
  ])('says what was missed: %o', (difference, words) => {
    expect(missed(claim, [trial])).toEqual([]);
    expect(missed(claim, [trial, { ...trial, ...difference }])).toEqual([words]);
  });

  it('takes the value that a share of the trials does not exceed', () => {
    const values = [4, 1, 3, 2];
    expect([0.5, 0.95, 1].map((share) => quantile(values, share))).toEqual([2, 4, 4]);
  });
});

describe('The page', () => {
  it('keeps everything but what stands between the two comments', () => {
    const page =
      'before\n\n<!-- lab: written by `npm run lab -- --write` -->\n\nold\n\n<!-- end of lab -->\n\nafter\n';
    expect(replaceSection(page, 'new')).toBe(page.replace('old', 'new'));
  });

  it('is not written if it has no place', () => {
    expect(() => replaceSection('a page', 'new')).toThrow('the page has no <!-- lab');
  });

  it('has a place', async () => {
    const page = await readFile(new URL('../../docs/lab.md', import.meta.url), 'utf8');
    expect(replaceSection(page, 'new')).toContain('\n\nnew\n\n');
  });
});

it('Every fault has a name and a title of its own', () => {
  for (const part of ['name', 'title'] as const)
    expect(new Set(faults.map((fault) => fault[part])).size).toBe(faults.length);
});
