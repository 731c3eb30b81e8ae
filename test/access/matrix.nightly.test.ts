/** The authorization matrix in full: each credential with each set of scopes in each position, over HTTP. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMatrixWorld, SCOPE_SETS, type MatrixWorld } from './matrix-world.ts';
import { atOnce, Matrix, type Tally } from './matrix.ts';

let of: MatrixWorld;
let matrix: Matrix;
let cells = 0;
beforeAll(async () => {
  of = await createMatrixWorld();
  matrix = new Matrix(of, { withoutSocket: false });
});
afterAll(async () => {
  process.stdout.write(`The full authorization matrix held in ${cells} cells.\n`);
  await of.close();
});

const sets = ['all', ...Object.keys(SCOPE_SETS).filter((set) => set !== 'all')];

describe('the full authorization matrix', () => {
  it('holds for what is read', async () => {
    const tally: Tally = { cells: 0, wrong: [] };
    for (const state of of.states)
      for (const set of sets)
        await atOnce(of.targets, (target) => matrix.read(state, set, target, tally));
    expect(tally.wrong).toEqual([]);
    cells += tally.cells;
  });

  it('holds for what is changed', async () => {
    const tally: Tally = { cells: 0, wrong: [] };
    for (const state of of.states) {
      for (const set of sets) {
        for (const target of of.targets) {
          await matrix.mutate(state, set, target, tally);
          await of.repair();
        }
      }
    }
    expect(tally.wrong).toEqual([]);
    cells += tally.cells;
  });
});
