import { describe, expect, it } from 'vitest';
import {
  accountFor,
  addUp,
  longestGap,
  saysUnavailable,
  unexpected,
} from '../../deploy/lab/accounts.ts';

describe('The account of acknowledged effects', () => {
  const acknowledged = {
    organizations: new Map([
      ['a', new Set(['1'])],
      ['b', new Set(['2'])],
    ]),
    events: new Set(['x', 'y']),
  };
  const stored = (organizations: [string, number][], events: [string, number][]) => ({
    organizations: new Map(organizations),
    events: new Map(events),
  });

  it('agrees when each effect is there once, whatever else is there', () => {
    expect(
      accountFor(
        acknowledged,
        stored(
          [
            ['a', 1],
            ['b', 1],
            ['never answered', 1],
          ],
          [
            ['x', 1],
            ['y', 1],
            ['z', 1],
          ],
        ),
      ),
    ).toEqual({ lost: 0, doubled: 0 });
  });

  it('counts what was acknowledged and is not there as lost', () => {
    expect(accountFor(acknowledged, stored([['a', 1]], []))).toEqual({ lost: 3, doubled: 0 });
  });

  it('counts what is there more than once as doubled, acknowledged or not', () => {
    const twice = stored(
      [
        ['a', 3],
        ['b', 1],
        ['never answered', 2],
      ],
      [
        ['x', 2],
        ['y', 1],
      ],
    );
    expect(accountFor(acknowledged, twice)).toEqual({ lost: 0, doubled: 4 });
  });

  it('counts an organization whose repeats got two ids as doubled', () => {
    const organizations = new Map([['a', new Set(['1', '2'])]]);
    expect(
      accountFor({ organizations, events: new Set<string>() }, stored([['a', 1]], [])),
    ).toEqual({ lost: 0, doubled: 1 });
  });
});

describe('The longest gap', () => {
  it('lies between two acknowledgements, in whatever order they are given', () => {
    expect(longestGap([5, 1, 9], 0, 10)).toBe(4);
  });

  it('lies at the beginning or at the end if nothing was acknowledged there', () => {
    expect(longestGap([7, 8], 0, 10)).toBe(7);
    expect(longestGap([1, 2], 0, 10)).toBe(8);
    expect(longestGap([], 0, 10)).toBe(10);
  });

  it('ignores what was acknowledged before and after', () => {
    expect(longestGap([-1, 4, 11], 0, 10)).toBe(6);
  });
});

describe('Answers', () => {
  it('say that something is away when they are UNAVAILABLE with a status of a server', () => {
    expect(saysUnavailable('503 UNAVAILABLE')).toBe(true);
    expect(saysUnavailable('502 UNAVAILABLE')).toBe(true);
    expect(saysUnavailable('200 UNAVAILABLE')).toBe(false);
    expect(saysUnavailable('500 INTERNAL_SERVER_ERROR')).toBe(false);
    expect(saysUnavailable('no answer: UND_ERR_SOCKET')).toBe(false);
  });

  it('are unexpected if they are neither an acknowledgement nor permitted', () => {
    const answers = new Map([
      ['OK', 90],
      ['503 UNAVAILABLE', 5],
      ['STALE', 2],
    ]);
    expect(unexpected(answers, saysUnavailable)).toBe(2);
    expect(unexpected(answers, () => false)).toBe(7);
  });

  it('of several trials add up', () => {
    const all = [
      new Map([['OK', 1]]),
      new Map([
        ['OK', 2],
        ['STALE', 1],
      ]),
    ];
    expect([...addUp(all)]).toEqual([
      ['OK', 3],
      ['STALE', 1],
    ]);
  });
});
