/** Metrics of the process: its processor time, its memory, and how long its thread is held up. */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { Instrument } from './instrument.ts';

/** How often the thread is looked at, in milliseconds. */
const RESOLUTION_MS = 20;
const NANOSECONDS = 1e9;
const MICROSECONDS = 1e6;

const NONE = {};

/** How often the figures of the event loop begin anew, in milliseconds. */
const RENEWED_MS = 10_000;

/** Seconds that the thread came back late to its work. */
interface Delays {
  p50: number;
  p99: number;
  max: number;
}

/** Seconds that the thread was late, beyond the time between two looks. */
const late = (nanoseconds: number): number =>
  Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION_MS / 1_000) : 0;

/** Watches the event loop from the first time that somebody asks; several who ask see the same. */
class EventLoopWatch {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #delays: Delays = { p50: 0, p99: 0, max: 0 };
  #renewedAt = -Infinity;

  get delays(): Delays {
    if (performance.now() - this.#renewedAt < RENEWED_MS) return this.#delays;
    this.#renewedAt = performance.now();
    const histogram = this.#histogram;
    this.#delays = {
      p50: late(histogram.percentile(50)),
      p99: late(histogram.percentile(99)),
      max: late(histogram.max),
    };
    histogram.enable();
    histogram.reset();
    return this.#delays;
  }
}

let watch: EventLoopWatch | undefined;

function delayOf(name: keyof Delays, what: string): Instrument {
  return {
    name: `nodejs.eventloop.delay.${name}`,
    kind: 'gauge',
    unit: 's',
    description: `${what} of how late the event loop was, in the last interval of at least ten seconds.`,
    read: () => [{ labels: NONE, value: (watch ??= new EventLoopWatch()).delays[name] }],
  };
}

export const processInstruments: readonly Instrument[] = [
  delayOf('p50', 'Median'),
  delayOf('p99', '99th percentile'),
  delayOf('max', 'Maximum'),
  {
    name: 'nodejs.eventloop.time',
    kind: 'counter',
    unit: 's',
    description: 'Time that the event loop was active and idle.',
    read() {
      const { active, idle } = performance.eventLoopUtilization();
      return [
        { labels: { 'nodejs.eventloop.state': 'active' }, value: active / 1_000 },
        { labels: { 'nodejs.eventloop.state': 'idle' }, value: idle / 1_000 },
      ];
    },
  },
  {
    name: 'process.cpu.time',
    kind: 'counter',
    unit: 's',
    description: 'Processor time that the process has used.',
    read() {
      const { user, system } = process.cpuUsage();
      return [
        { labels: { 'cpu.mode': 'user' }, value: user / MICROSECONDS },
        { labels: { 'cpu.mode': 'system' }, value: system / MICROSECONDS },
      ];
    },
  },
  {
    name: 'process.memory.usage',
    kind: 'upDownCounter',
    unit: 'By',
    description: 'Resident memory.',
    read: () => [{ labels: NONE, value: process.memoryUsage.rss() }],
  },
  {
    name: 'v8js.memory.heap.used',
    kind: 'upDownCounter',
    unit: 'By',
    description: 'Memory in use on the heap.',
    read: () => [{ labels: NONE, value: getHeapStatistics().used_heap_size }],
  },
  {
    name: 'v8js.memory.heap.limit',
    kind: 'upDownCounter',
    unit: 'By',
    description: 'Memory that the heap may take.',
    read: () => [{ labels: NONE, value: getHeapStatistics().heap_size_limit }],
  },
  {
    name: 'process.uptime',
    kind: 'gauge',
    unit: 's',
    description: 'Time since the process started.',
    read: () => [{ labels: NONE, value: process.uptime() }],
  },
];
