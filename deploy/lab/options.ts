/** The options of `npm run lab`. */
import { parseArgs } from 'node:util';
import { faults, type Fault } from './faults.ts';
import type { Variant } from './layout.ts';

export const USAGE = `npm run lab -- [options]

  --runs <n>              trials of each fault (default: 1)
  --only <names>          faults, separated by commas: ${faults.map(({ name }) => name).join(', ')}
  --route <name>          how gateways reach the primary: haproxy (default), hosts
  --synchronous <mode>    on or quorum (default): a commit waits for one standby, or for any of them
  --suite <name>          suite of Debian that the programs come from (default: testing)
  --write                 puts the table into docs/lab.md
  --keep                  keeps the logs of a run without a miss as well`;

/** What was asked for. */
export interface Options {
  runs: number;
  faults: readonly Fault[];
  variant: Variant;
  suite: string;
  isWritten: boolean;
  isKept: boolean;
  /** The folder of the run, inside of the namespaces. */
  inside: { system: string; folder: string } | undefined;
}

/** Reads the options. Throws a `RangeError` or `TypeError` that says what is wrong. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string', default: '1' },
      only: { type: 'string', default: faults.map(({ name }) => name).join(',') },
      route: { type: 'string', default: 'haproxy' },
      synchronous: { type: 'string', default: 'quorum' },
      suite: { type: 'string', default: 'testing' },
      write: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      system: { type: 'string' },
      folder: { type: 'string' },
    },
  });
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) throw new RangeError(`--runs is ${values.runs}`);
  const { system, folder } = values;
  return {
    runs,
    faults: values.only
      .split(',')
      .map((name) => faults.find((fault) => fault.name === name) ?? wrong('--only', name)),
    variant: {
      route: oneOf('--route', values.route, ['hosts', 'haproxy']),
      synchronousMode: oneOf('--synchronous', values.synchronous, ['on', 'quorum']),
    },
    suite: values.suite,
    isWritten: values.write,
    isKept: values.keep,
    inside: system !== undefined && folder !== undefined ? { system, folder } : undefined,
  };
}

function oneOf<const T extends string>(name: string, value: string, known: readonly T[]): T {
  return known.find((candidate) => candidate === value) ?? wrong(name, value);
}

function wrong(option: string, value: string): never {
  throw new RangeError(`${option} does not know ${value}`);
}
