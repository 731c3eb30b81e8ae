/** The mutants of `npm run mutants` are run at night; here they are only held against the source. */
import { access, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { mutate } from '../../scripts/mutants/mutant.ts';
import { areas, mutants } from '../../scripts/mutants/table.ts';

const root = new URL('../../', import.meta.url);

/** Why a mutant does not fit the source; undefined if it does. */
async function misfit({
  name,
  file,
  tests,
  ...mutant
}: (typeof mutants)[number]): Promise<string | undefined> {
  try {
    mutate(await readFile(new URL(file, root), 'utf8'), mutant);
    await access(new URL(tests, root));
    if (mutant.only !== undefined) RegExp(mutant.only);
    return undefined;
  } catch (error) {
    return `${name} (${mutant.what}) in ${file}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

describe('The mutants of the guards', () => {
  it('fit the source as it is, and name tests that exist', async () => {
    const misfits = await Promise.all(mutants.map(misfit));
    expect(misfits.filter((one) => one !== undefined)).toEqual([]);
    expect(mutants.length).toBeGreaterThan(150);
    for (const [area, groups] of Object.entries(areas))
      expect({ area, groups: groups.length > 0 }).toEqual({ area, groups: true });
  });

  it('are refused when the source no longer holds their text once', () => {
    const mutant = { what: 'x', from: 'if (a)', to: 'if (b)' };
    expect(mutate('if (a) c();', mutant)).toBe('if (b) c();');
    expect(
      mutate('call(\n  first,\n  second,\n);', {
        ...mutant,
        from: 'call(first, second)',
        to: 'none()',
      }),
    ).toBe('none();');
    expect(() => mutate('c();', mutant)).toThrow('stands 0 times');
    expect(() => mutate('if (a) c(); if (a) d();', mutant)).toThrow('stands 2 times');
    expect(mutate('if (a) c(); if (a) d();', { ...mutant, after: 'c();' })).toBe(
      'if (a) c(); if (b) d();',
    );
    expect(() => mutate('if (a) c();', { ...mutant, after: 'c();' })).toThrow(
      'does not stand behind',
    );
    expect(() => mutate('if (a) c();', { ...mutant, to: 'if (a)' })).toThrow('replaced by itself');
  });
});
