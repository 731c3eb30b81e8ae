/** Every histogram: its name, unit and meaning, and where it is added up. */
import type { Histogram } from './histogram.ts';
import type { Metrics } from './metrics.ts';
import type { Point } from './table.ts';

/** A histogram that is read when somebody asks. */
export interface HistogramInstrument {
  name: string;
  unit: string;
  description: string;
  read(metrics: Metrics): readonly Point<Histogram>[];
}

/** All of them. */
export const histograms: readonly HistogramInstrument[] = [
  {
    name: 'http.server.request.duration',
    unit: 's',
    description:
      'Time from the first byte of a request until its answer was ready to be sent, by method, status, type of operation and path.',
    read: ({ requests }) => requests.durations.points(),
  },
  {
    name: 'banyan.operation.statements',
    unit: '{statement}',
    description: 'Statements that were sent for an operation, by type of operation and path.',
    read: ({ requests }) => requests.statements.points(),
  },
  {
    name: 'banyan.operation.duration',
    unit: 's',
    description: 'The same time for operations of trusted documents, by the name of the operation.',
    read: ({ requests }) => requests.operations.points(),
  },
  {
    name: 'banyan.job.duration',
    unit: 's',
    description: 'Time that a job took in this process, by task and outcome.',
    read: ({ jobs }) => jobs.points(),
  },
];
