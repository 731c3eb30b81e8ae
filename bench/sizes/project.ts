/** What the measured figures come to on larger platforms. */
import { markdownTable } from '../measure.ts';
import type { Creations, DailyValues, Recordings, Sizes } from './measure.ts';

export interface Measured {
  organizations: number;
  roots: number;
  /** Tables of the forest, without what they take when empty. */
  sizes: Sizes;
  creations: Creations;
  recordings: Recordings;
  daily: DailyValues;
  sealedPerSecond: number;
}

const MILLIONS = [1, 10, 100];
const BILLIONS = [0.1, 1, 10];
/** Tables below this many bytes per organization are added up in one line. */
const SMALL = 4;
/** What grows with events rather than with organizations. */
const USAGE = new Set(['usage_events', 'usage_event_keys', 'usage_totals', 'usage_tail']);
/** A tree stays on one machine, whose disk this is. */
const DISK = 4e12;
const LOCK_SLOTS = 1_024;
const ROLL_GROUPS = 8;
const DAYS_OF_HOURS = 43;
const SECONDS_PER_YEAR = 365 * 86_400;
const MS_PER_DAY = 86_400_000;

/** Three digits and a unit. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let [rest, unit] = [value, 0];
  while (rest >= 999.5 && unit < units.length - 1) [rest, unit] = [rest / 1_000, unit + 1];
  return `${rest >= 99.5 ? rest.toFixed(0) : rest.toPrecision(2)} ${units[unit] ?? ''}`;
}

/** Three digits and thousands. */
const rounded = (value: number): string =>
  (value >= 99.5
    ? Math.round(Number(value.toPrecision(3)))
    : Number(value.toPrecision(2))
  ).toLocaleString('en');

interface Line {
  name: string;
  perRow: number;
  perOrganization: number;
}

/** Lines of tables, the largest first. */
function lines(sizes: Sizes, organizations: number): { lines: Line[]; rest: number } {
  const all = [...sizes]
    .filter(([name, { rows }]) => rows > 0 && !USAGE.has(name))
    .map(([name, size]) => ({
      name,
      perRow: size.bytes / size.rows,
      perOrganization: size.bytes / organizations,
    }))
    .toSorted((a, b) => b.perOrganization - a.perOrganization);
  const [large, small] = [
    all.filter((line) => line.perOrganization >= SMALL),
    all.filter((line) => line.perOrganization < SMALL),
  ];
  return { lines: large, rest: small.reduce((sum, line) => sum + line.perOrganization, 0) };
}

const total = (list: { lines: Line[]; rest: number }): number =>
  list.lines.reduce((sum, line) => sum + line.perOrganization, list.rest);

function organizationTable(sizes: Sizes, organizations: number): string {
  const list = lines(sizes, organizations);
  const row = (name: string, perRow: string, each: number): string[] => [
    name,
    perRow,
    each.toFixed(0),
    ...MILLIONS.map((million) => bytes(each * million * 1e6)),
  ];
  return markdownTable(
    ['table', 'bytes per row', 'bytes per organization', ...MILLIONS.map((n) => `${n} million`)],
    [
      ...list.lines.map((line) =>
        row(`\`${line.name}\``, line.perRow.toFixed(0), line.perOrganization),
      ),
      row('all others', '', list.rest),
      row('together', '', total(list)),
    ],
  );
}

function usageTable({ sizes, recordings, daily }: Measured): string {
  const perRow = (name: string): number => {
    const { bytes: all, rows } = sizes.get(name) ?? { bytes: NaN, rows: NaN };
    return all / rows;
  };
  const row = (what: string, each: number): string[] => [
    what,
    each.toFixed(0),
    ...BILLIONS.map((billion) => bytes(each * billion * 1e9)),
  ];
  return markdownTable(
    ['usage', 'bytes each', ...BILLIONS.map((n) => `${n} billion`)],
    [
      row('daily values, in `usage_totals`, kept for good', daily.bytes),
      row('events, in `usage_events`, kept for 13 months', perRow('usage_events')),
      row('their ids, in `usage_event_keys`, as long', perRow('usage_event_keys')),
      row('write-ahead log of recording them, in calls of 100', recordings.log),
      row('write-ahead log of rolling them up', recordings.rolled),
    ],
  );
}

function endsTable(measured: Measured): string {
  const { organizations, roots, sizes, creations, recordings, daily, sealedPerSecond } = measured;
  const seeded = total(lines(sizes, organizations));
  const created = total(lines(creations.sizes, creations.count));
  const [million, billion] = [MILLIONS.at(-1) ?? NaN, BILLIONS.at(-1) ?? NaN];
  const [largest, values] = [million * 1e6, billion * 1e9];
  const events =
    (sizes.get('usage_events')?.bytes ?? NaN) / (sizes.get('usage_events')?.rows ?? NaN) +
    (sizes.get('usage_event_keys')?.bytes ?? NaN) / (sizes.get('usage_event_keys')?.rows ?? NaN);
  const rootsThen = (roots / organizations) * largest;
  const pendingPerSecond = (values * recordings.pending) / SECONDS_PER_YEAR;
  const perRoll = recordings.rolledPerSecond;
  return markdownTable(
    ['design', `at ${million} million organizations and ${billion} billion values`, 'ends where'],
    [
      [
        'one disk',
        `${bytes(seeded * largest)} seeded or ${bytes(created * largest)} through the API; ${bytes(daily.bytes * values)} of days; ${bytes(daily.row * 24 * DAYS_OF_HOURS)} of hours per organization that is active in every hour; ${bytes(events * values)} of events`,
        `${bytes(DISK)} hold ${rounded(DISK / created / 1e6)} million organizations without usage`,
      ],
      [
        'the largest tree, which is never divided',
        `a cell for itself from about ${rounded(DISK / 2 / created / 1e6)} million organizations on, half of such a disk`,
        'the machine of its cell',
      ],
      [
        `${LOCK_SLOTS.toLocaleString('en')} slots for the locks of trees`,
        `${rounded(rootsThen)} trees, ${rounded(rootsThen / LOCK_SLOTS)} per slot`,
        'moves and suspensions in trees of the same slot wait for each other',
      ],
      [
        'one sealer of the audit log',
        `${rounded(sealedPerSecond)} changes per second here; ${rounded(largest / sealedPerSecond / 3_600)} hours for the creations`,
        'more changes per second, in all trees together',
      ],
      [
        `${ROLL_GROUPS} groups of rolls`,
        `${rounded(recordings.pending)} pending rows per event; ${rounded(pendingPerSecond)} rows per second if the events come in a year, of ${rounded(perRoll)} that one worker rolls here`,
        `${ROLL_GROUPS} workers, ${rounded(perRoll * ROLL_GROUPS)} rows per second with a core for each; one tree has one of them`,
      ],
      [
        'the write-ahead log',
        `${bytes(creations.log)} per creation, ${bytes(creations.log * largest)}; ${bytes((recordings.log + recordings.rolled) * values)} for the events`,
        'what standbys and the archive take',
      ],
      [
        'processors of the server',
        `${creations.cpu.toFixed(1)} ms per creation, ${rounded((creations.cpu * largest) / MS_PER_DAY)} days of one core; ${(recordings.cpu * 1_000).toFixed(0)} µs per event, ${rounded((recordings.cpu * values) / MS_PER_DAY)} days`,
        'cores',
      ],
    ],
  );
}

/** The section of docs/scale.md. */
export function report(measured: Measured, measuredOn: string): string {
  const { organizations, creations } = measured;
  return [
    `Measured on ${measuredOn} with ${organizations.toLocaleString('en')} seeded organizations and ${creations.count} that were created through the API and provisioned; indexes included, log without full pages.`,
    '**Seeded organizations** (no usage, see below):',
    organizationTable(measured.sizes, organizations),
    '**Created through the API**, with audit events, provisioning and billing, and without people:',
    organizationTable(creations.sizes, creations.count),
    '**Usage:**',
    usageTable(measured),
    '**Where it ends:**',
    endsTable(measured),
  ].join('\n\n');
}
