import { describe, expect, it } from 'vitest';
import { sparklinePath } from '../../console/src/ui/sparkline-path.ts';

describe('A sparkline', () => {
  it('goes from zero up to the highest value, at equal steps', () => {
    expect(sparklinePath([0, 10, 5], 23, 23)).toBe('M1.5 21.5L11.5 1.5L21.5 11.5');
  });

  it('lies on the ground without usage, and shows what is below zero', () => {
    expect(sparklinePath([0, 0], 23, 23)).toBe('M1.5 21.5L21.5 21.5');
    expect(sparklinePath([-5, 5], 23, 23)).toBe('M1.5 21.5L21.5 1.5');
    expect(sparklinePath([4, 4], 23, 23)).toBe('M1.5 1.5L21.5 1.5');
  });

  it('needs two values', () => {
    expect(sparklinePath([], 23, 23)).toBe('');
    expect(sparklinePath([7], 23, 23)).toBe('');
  });
});
