/** A few kills; `kills.nightly.test.ts` measures many. */
import { expect, it } from 'vitest';
import { killWhileWriting } from './kills.ts';

it('Nothing is lost and nothing done twice when the embedded database, one of its sessions or the gateway is killed', async () => {
  const outages = await killWhileWriting(['both', 'gateway', 'session', 'database']);
  expect(Object.values(outages).map((kills) => kills.length)).toEqual([1, 1, 1, 1]);
});
