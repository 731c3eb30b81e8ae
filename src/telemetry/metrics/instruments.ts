/**
 * Every metric but the histograms: its name, unit and meaning, and how it is read. Names follow the
 * semantic conventions of OpenTelemetry where there is one. Labels are words of our own, so that
 * their number is bounded: no tenants, no addresses, nothing that a caller sent.
 */
import type { Instrument } from './instrument.ts';
import type { Metrics, JobsReading } from './metrics.ts';
import { processInstruments } from './process-instruments.ts';
import { standbyInstruments } from './standby-instruments.ts';
import type { Point } from './table.ts';

const NONE = {};

/** A single value without labels; nothing if it is not known. */
const single = (value: number | undefined): Point[] =>
  value === undefined ? [] : [{ labels: NONE, value }];

const POOL = { 'db.client.connection.pool.name': 'banyan' };

const requestInstruments: Instrument[] = [
  {
    name: 'banyan.requests',
    kind: 'counter',
    unit: '{request}',
    description:
      'Requests that were answered, by type of operation, by the path that executed it, and by the code of the first error or failure.',
    read: ({ requests }) => requests.outcomes.totals(),
  },
  {
    name: 'banyan.compiler.falls',
    kind: 'counter',
    unit: '{operation}',
    description:
      'Operations that were not one statement and were left to the resolvers, by reason.',
    read: ({ requests }) => requests.falls.totals(),
  },
  {
    name: 'banyan.cost.charged',
    kind: 'counter',
    unit: '{point}',
    description: 'Points of cost that were charged to budgets.',
    read: ({ requests }) => single(requests.cost),
  },
  {
    name: 'banyan.budget.refusals',
    kind: 'counter',
    unit: '{request}',
    description:
      'Requests that were refused because a budget was used up or too many were in progress.',
    read: ({ requests }) => requests.refusals.totals(),
  },
  {
    name: 'banyan.audit.entries',
    kind: 'counter',
    unit: '{entry}',
    description: 'Entries of the audit log that requests wrote.',
    read: ({ requests }) => single(requests.auditEntries),
  },
  {
    name: 'http.server.active_requests',
    kind: 'upDownCounter',
    unit: '{request}',
    description: 'Requests that are not answered yet.',
    read: ({ readings }) => single(readings.activeRequests?.()),
  },
  {
    name: 'banyan.admission.operations',
    kind: 'upDownCounter',
    unit: '{operation}',
    description: 'Operations in the queues for light and heavy ones, by state.',
    read: ({ readings }) =>
      Object.entries(readings.admission?.queues ?? {}).flatMap(([queue, { running, waiting }]) => [
        { labels: { 'banyan.queue': queue, 'banyan.state': 'running' }, value: running },
        { labels: { 'banyan.queue': queue, 'banyan.state': 'waiting' }, value: waiting },
      ]),
  },
  {
    name: 'banyan.cache.size',
    kind: 'upDownCounter',
    unit: 'By',
    description: 'Upper bound of the bytes of parsed documents and of written statements.',
    read: ({ readings }) =>
      Object.entries(readings.caches?.() ?? {}).map(([cache, value]) => ({
        labels: { 'banyan.cache': cache },
        value,
      })),
  },
];

const databaseInstruments: Instrument[] = [
  {
    name: 'db.client.connection.count',
    kind: 'upDownCounter',
    unit: '{connection}',
    description: 'Connections of the pool, by state.',
    read({ readings }) {
      const pool = readings.pool?.();
      if (!pool) return [];
      const { idle, used } = pool;
      return [
        { labels: { ...POOL, 'db.client.connection.state': 'idle' }, value: idle },
        { labels: { ...POOL, 'db.client.connection.state': 'used' }, value: used },
      ];
    },
  },
  {
    name: 'db.client.connection.max',
    kind: 'upDownCounter',
    unit: '{connection}',
    description: 'The most connections that the pool may have.',
    read: ({ readings }) => ofPool(readings.pool?.()?.max),
  },
  {
    name: 'db.client.connection.pending_requests',
    kind: 'upDownCounter',
    unit: '{request}',
    description: 'Statements and transactions whose turn has come and that wait for a connection.',
    read: ({ readings }) => ofPool(readings.pool?.()?.waiting),
  },
  {
    name: 'banyan.pool.turns.waiting',
    kind: 'upDownCounter',
    unit: '{request}',
    description: 'Statements and transactions that wait for the turn of their tenant.',
    read: ({ readings }) => single(readings.pool?.()?.turns),
  },
  {
    name: 'banyan.database.outage',
    kind: 'gauge',
    unit: '{outage}',
    description: '1 while requests fail because of the database, otherwise 0.',
    read: ({ readings }) => single(readings.databaseOutage && +readings.databaseOutage.isOngoing),
  },
  {
    name: 'banyan.database.failures',
    kind: 'counter',
    unit: '{request}',
    description: 'Requests that failed because of the database.',
    read: ({ readings }) => single(readings.databaseOutage?.failures),
  },
];

function ofPool(value: number | undefined): Point[] {
  return value === undefined ? [] : [{ labels: POOL, value }];
}

async function jobsOf({ readings }: Metrics): Promise<JobsReading[]> {
  return (await readings.database?.())?.jobs ?? [];
}

const jobInstruments: Instrument[] = [
  {
    name: 'banyan.jobs',
    kind: 'gauge',
    unit: '{job}',
    description:
      'Jobs in the queue of all processes, by task and state; exact up to 10,000 of them.',
    read: async (metrics) =>
      (await jobsOf(metrics)).map(({ task, state, jobs }) => ({
        labels: { 'banyan.task': task, 'banyan.state': state },
        value: jobs,
      })),
  },
  {
    name: 'banyan.jobs.oldest.age',
    kind: 'gauge',
    unit: 's',
    description: 'How long the oldest job that is due has waited.',
    async read(metrics) {
      if (!metrics.readings.database) return [];
      return single(
        Math.max(0, ...(await jobsOf(metrics)).map(({ oldestSeconds }) => oldestSeconds)),
      );
    },
  },
  {
    name: 'banyan.usage.pending',
    kind: 'gauge',
    unit: '{amount}',
    description: 'Amounts of usage that are not in the totals yet; exact up to 10,000.',
    read: async ({ readings }) => single((await readings.database?.())?.usagePending),
  },
  {
    name: 'banyan.audit.unsealed',
    kind: 'gauge',
    unit: '{event}',
    description: 'Events of the audit log that are not sealed yet; exact up to 10,000.',
    read: async ({ readings }) => single((await readings.database?.())?.auditUnsealed.events),
  },
  {
    name: 'banyan.audit.unsealed.age',
    kind: 'gauge',
    unit: 's',
    description: 'How long the first event that is not sealed yet has waited.',
    read: async ({ readings }) =>
      single((await readings.database?.())?.auditUnsealed.oldestSeconds),
  },
  {
    name: 'banyan.usage.rollup.age',
    kind: 'gauge',
    unit: 's',
    description: 'Time since this process last rolled usage up, or found nothing to roll up.',
    read: ({ readings }) => single(readings.rollUpAge?.()),
  },
];

/** All of them. */
export const instruments: readonly Instrument[] = [
  ...requestInstruments,
  ...databaseInstruments,
  ...standbyInstruments,
  ...jobInstruments,
  ...processInstruments,
];
