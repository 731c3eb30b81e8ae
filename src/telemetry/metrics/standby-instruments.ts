/** The metrics of standbys that answer queries; there are none without them. */
import type { Instrument } from './instrument.ts';
import type { StandbyReading } from './metrics.ts';
import type { Point } from './table.ts';

/** A value of each standby, which is named by the host and port of the configuration. */
const ofEach =
  (value: (standby: StandbyReading['standbys'][number]) => number): Instrument['read'] =>
  ({ readings }) =>
    (readings.standbys?.().standbys ?? []).map((standby): Point => ({
      labels: { 'banyan.standby': standby.name },
      value: value(standby),
    }));

export const standbyInstruments: readonly Instrument[] = [
  {
    name: 'banyan.standby.reads',
    kind: 'counter',
    unit: '{read}',
    description: 'Reads that a standby answered.',
    read: ofEach(({ served }) => served),
  },
  {
    name: 'banyan.standby.fallbacks',
    kind: 'counter',
    unit: '{read}',
    description: 'Reads that the primary answered although there are standbys, by reason.',
    read: ({ readings }) =>
      Object.entries(readings.standbys?.().fallbacks ?? {}).map(([reason, value]) => ({
        labels: { 'banyan.reason': reason },
        value,
      })),
  },
  {
    name: 'banyan.standby.lag',
    kind: 'gauge',
    unit: 's',
    description:
      'How long the last read waited until a standby had replayed what was acknowledged before it.',
    read: ofEach(({ lagMs }) => lagMs / 1_000),
  },
  {
    name: 'banyan.standby.resting',
    kind: 'gauge',
    unit: '{standby}',
    description: '1 while a standby gets no reads because of a problem, otherwise 0.',
    read: ofEach(({ isResting }) => +isResting),
  },
];
