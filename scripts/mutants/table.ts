/**
 * Every guard of the product, taken out one at a time. A new guard gets a mutant here: three lines in the group of its
 * file (what nobody would be kept from any more, the text of the guard, what replaces it).
 */
import { actions } from './actions.ts';
import { compiler } from './compiler.ts';
import { connections } from './connections.ts';
import { credentials } from './credentials.ts';
import { database } from './database.ts';
import { edge } from './edge.ts';
import { fastPath } from './fast-path.ts';
import { faults } from './faults.ts';
import { fields } from './fields.ts';
import { granting } from './granting.ts';
import { invitations } from './invitations.ts';
import { limits } from './limits.ts';
import { rights } from './rights.ts';
import { telemetry } from './telemetry.ts';
import { transfer } from './transfer.ts';
import { usage } from './usage.ts';
import type { Mutant, MutantGroup } from './mutant.ts';

/** All groups by area. */
export const areas: Record<string, readonly MutantGroup[]> = {
  rights,
  fields,
  granting,
  credentials,
  invitations,
  actions,
  connections,
  database,
  edge,
  faults,
  limits,
  compiler,
  fastPath,
  usage,
  telemetry,
  transfer,
};

/** A mutant with all that belongs to it. */
export interface ListedMutant extends Mutant {
  /** Area and number, e.g. `rights-3`. */
  name: string;
  file: string;
  tests: string;
}

/** All mutants, in the order of the areas. */
export const mutants: readonly ListedMutant[] = Object.entries(areas).flatMap(([area, groups]) =>
  groups
    .flatMap(({ file, tests, mutants: own }) => own.map((mutant) => ({ tests, ...mutant, file })))
    .map((mutant, index) => ({ ...mutant, name: `${area}-${index + 1}` })),
);
