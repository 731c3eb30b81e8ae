/** How long answers take, compared pair by pair, so that what slows the machine down slows both down. */
import { decodeId, encodeId } from '../../src/values/ids.ts';
import { insertKey, missingId, type World } from '../setup/world.ts';
import { SCOPES } from './model.ts';

export interface Gap {
  /** Median of what the answer for this id takes longer than that for a missing one, in milliseconds. */
  median: number;
  /** Standard error of that median, from the scatter of two questions for missing ids. */
  error: number;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/**
 * Asks `rounds` times for each kind of what the caller may not see and for two missing ids, in an order that turns,
 * and returns the gap of each kind.
 */
export async function gaps(
  world: World,
  rounds: number,
  ask: (id: string) => string,
): Promise<Record<string, Gap>> {
  const token = await insertKey(
    world,
    'north',
    SCOPES.filter((scope) => scope !== 'child_organizations:manage'),
  );
  const missing = missingId('Organization');
  const ids = {
    missing,
    'missing as well': encodeId(
      'Organization',
      decodeId('Organization', missing, 'id').replace(/dead$/, 'beef'),
    ),
    foreign: world.org('rival'),
    above: world.org('acme'),
    'below, without child_organizations:manage': world.org('shop-1'),
  };
  const kinds = Object.keys(ids) as (keyof typeof ids)[];
  const times = new Map(kinds.map((kind) => [kind, [] as number[]]));
  const warmUp = Math.ceil(rounds / 10);
  for (let round = -warmUp; round < rounds; round++) {
    for (let step = 0; step < kinds.length; step++) {
      const kind = kinds[(step + round + warmUp) % kinds.length] ?? 'missing';
      const begun = performance.now();
      await world.ask(ask(ids[kind]), { token, withoutSocket: true });
      if (round >= 0) times.get(kind)?.push(performance.now() - begun);
    }
  }
  const differences = (kind: keyof typeof ids): number[] =>
    (times.get(kind) ?? []).map((time, round) => time - (times.get('missing')?.[round] ?? 0));
  const same = differences('missing as well');
  const centre = median(same);
  // 1.4826 makes a standard deviation of the median deviation, 1.2533 a standard error of the median of it.
  const error =
    (1.2533 * 1.4826 * median(same.map((one) => Math.abs(one - centre)))) / Math.sqrt(rounds);
  return Object.fromEntries(
    kinds.slice(1).map((kind) => [kind, { median: median(differences(kind)), error }]),
  );
}

/** Most that the median may differ, in milliseconds, where the clock shows it at all. */
export const GAP_MAX_MS = 0.2;

/** Whether a gap is smaller than the bound, or than what noise alone makes of it once in a million. */
export function isHidden({ median: gap, error }: Gap): boolean {
  return Math.abs(gap) < GAP_MAX_MS + 5 * error;
}

/** The gaps as a line for whoever runs the tests. */
export function told(what: string, found: Record<string, Gap>): string {
  const parts = Object.entries(found).map(
    ([kind, { median: gap, error }]) => `${kind} ${gap.toFixed(3)} ± ${error.toFixed(3)} ms`,
  );
  return `Slower than a missing id, ${what}: ${parts.join('; ')}\n`;
}
