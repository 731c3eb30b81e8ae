/**
 * The authorization matrix: credentials in every state, with every set of scopes, in every position to a target, and
 * everything that can be read or changed there. What to expect comes from the model of the rule (model.ts). This is
 * the quick size; matrix.nightly.test.ts runs the same cells in full and over HTTP.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/schema.ts';
import { MUTATIONS, unsampled } from '../samples/registry.ts';
import { attempts, coveredReads } from './cells.ts';
import {
  createMatrixWorld,
  SCOPE_SETS,
  type CredentialState,
  type MatrixWorld,
} from './matrix-world.ts';
import { atOnce, Matrix, type Tally } from './matrix.ts';
import { guardedCoordinates } from './paths.ts';

let of: MatrixWorld;
let matrix: Matrix;
let cells = 0;
beforeAll(async () => {
  of = await createMatrixWorld();
  matrix = new Matrix(of, { withoutSocket: true });
});
afterAll(async () => {
  process.stdout.write(`The authorization matrix held in ${cells} cells.\n`);
  await of.close();
});

const sets = Object.keys(SCOPE_SETS);
const stateOf = (name: string): CredentialState => {
  const found = of.states.find((state) => state.name === name);
  if (!found) throw new RangeError(`no credential is called ${name}`);
  return found;
};

async function can(run: (tally: Tally) => Promise<void>): Promise<void> {
  const tally: Tally = { cells: 0, wrong: [] };
  await run(tally);
  expect(tally.wrong).toEqual([]);
  expect(tally.cells).toBeGreaterThan(0);
  cells += tally.cells;
}

describe('the authorization matrix', () => {
  it('has a row for everything in the schema that can be asked, and for nothing else', () => {
    expect(
      [...new Set(coveredReads)].toSorted(),
      'each field of Organization needs a row in cells.ts',
    ).toEqual(guardedCoordinates(schema).toSorted());
    const [target] = of.targets;
    const { probe } = of;
    if (!target) throw new RangeError('there are no targets');
    const asker = { request: null, person: true };
    const tried = attempts(of.forest, asker, target, {
      ...probe,
      ownToken: null,
      unique: () => 'x',
    }).map(({ name }) => name);
    expect(unsampled()).toEqual([]);
    expect([...new Set(tried)].toSorted()).toEqual(MUTATIONS.map(({ name }) => name).toSorted());
  });

  it('holds for what is read, for each set of scopes and each position', async () => {
    // Keys for single scopes, persons for roles; the key with every scope comes first, since others are compared with it.
    const callers = sets.map(
      (set) => [stateOf(set === 'all' || set.includes(':') ? 'key' : 'token'), set] as const,
    );
    await can(async (tally) => {
      await atOnce(of.targets, (target) => matrix.read(stateOf('key'), 'all', target, tally));
      for (const [state, set] of callers.filter(([, set]) => set !== 'all'))
        await atOnce(of.targets, (target) => matrix.read(state, set, target, tally));
    });
  });

  it('holds for what is read with each other credential in each position', async () => {
    const others = of.states.filter(({ name }) => name !== 'key' && name !== 'token');
    await can(async (tally) => {
      for (const state of others)
        await atOnce(of.targets, (target) =>
          matrix.read(state, state.acts === 'organization' ? 'cloud_rep' : 'all', target, tally),
        );
    });
  });

  it('holds for what is changed, in the acting organization with each set of scopes', async () => {
    const [acting] = of.targets;
    await can(async (tally) => {
      for (const set of sets) {
        if (acting)
          await matrix.mutate(stateOf(set.includes(':') ? 'key' : 'token'), set, acting, tally);
        await of.repair();
      }
    });
  });

  it.each(['key', 'token'])(
    'holds for what is changed with a %s in each other position',
    async (name) => {
      const [, ...elsewhere] = of.targets;
      const [most, least] = name === 'key' ? ['all', 'members:manage'] : ['cloud_rep', 'support'];
      await can(async (tally) => {
        for (const target of elsewhere) {
          await matrix.mutate(stateOf(name), most, target, tally);
          await matrix.mutate(stateOf(name), least, target, tally);
          await of.repair();
        }
      });
    },
  );

  it('holds for what is changed with each other credential', async () => {
    const others = of.states.filter(({ name }) => name !== 'key' && name !== 'token');
    await can(async (tally) => {
      for (const state of others) {
        for (const target of of.targets.slice(0, 1))
          await matrix.mutate(state, 'all', target, tally);
        await of.repair();
      }
    });
  });
});
