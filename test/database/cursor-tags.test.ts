import { expect, it } from 'vitest';
import { encodeCursor, pageOf } from '../../src/database/keyset.ts';

const LIST = 'children org-1 SLUG_ASC';
const refused = expect.objectContaining({
  extensions: expect.objectContaining({ code: 'BAD_USER_INPUT', argument: 'after' }),
});

it('A cursor is taken by the list that gave it out', () => {
  const after = encodeCursor(['a', 'b'], LIST);
  expect(pageOf({ after }, LIST)).toMatchObject({ after: ['a', 'b'] });
});

it('A cursor is refused by another list, and by the same list in another order', () => {
  const after = encodeCursor(['a', 'b'], LIST);
  for (const list of ['children org-2 SLUG_ASC', 'children org-1 NAME_ASC'])
    expect(() => pageOf({ after }, list)).toThrow(refused);
});

it('A cursor is refused when a single bit of it was changed', () => {
  const bytes = Buffer.from(encodeCursor(['a', 'b'], LIST), 'base64url');
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(() => pageOf({ after: changed.toString('base64url') }, LIST)).toThrow(refused);
  }
});
