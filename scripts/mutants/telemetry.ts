/** What is measured and told: bounded, and without a word of a caller (docs/decisions/0034-telemetry.md). */
import type { MutantGroup } from './mutant.ts';

const METRICS = 'test/telemetry/metrics.test.ts';
const REPORTS = 'test/telemetry/error-reports.test.ts';
const TRACES = 'test/telemetry/traces.test.ts';

export const telemetry: readonly MutantGroup[] = [
  {
    file: 'src/telemetry/metrics/table.ts',
    tests: METRICS,
    mutants: [
      {
        what: 'metrics have any number of labels',
        from: 'this.#points.size < this.#max',
        to: 'this.#points.size < Infinity',
        only: 'keeps a bounded number',
      },
    ],
  },
  {
    file: 'src/telemetry/metrics/request-table.ts',
    tests: METRICS,
    mutants: [
      {
        what: 'a method of a caller is a label',
        from: "METHODS.has(method) ? method : '_OTHER'",
        to: 'method',
        only: 'hold no word of a caller',
      },
    ],
  },
  {
    file: 'src/telemetry/request-record.ts',
    tests: METRICS,
    mutants: [
      {
        what: 'any name of an operation is a label',
        from: "this.documentHash !== undefined && this.path !== 'none'",
        to: "this.path !== 'none'",
        only: 'name operations of trusted documents',
      },
      {
        what: 'a name that no document has is a label',
        from: "this.documentHash !== undefined && this.path !== 'none'",
        to: 'this.documentHash !== undefined',
        only: 'name operations of trusted documents',
      },
    ],
  },
  {
    file: 'src/database/statement-span.ts',
    tests: TRACES,
    mutants: [
      {
        what: 'aliases of a caller are told to the collector',
        from: "'db.query.text': withoutNames(text)",
        to: "'db.query.text': text",
        only: 'hold no value',
      },
    ],
  },
  {
    file: 'src/telemetry/traces/library-tracer.ts',
    tests: TRACES,
    mutants: [
      {
        what: 'a trace has any number of parts',
        from: 'if (++this.root.#parts > PARTS_MAX) return undefined;',
        to: '',
        only: 'has a bounded number of parts',
      },
    ],
  },
  {
    file: 'src/telemetry/traces/span.ts',
    tests: TRACES,
    mutants: [
      {
        what: 'the message of an error is told to the collector',
        from: 'return error.constructor.name;',
        to: 'return error.message;',
        only: 'hold no value',
      },
    ],
  },
  {
    file: 'src/telemetry/error-reports.ts',
    tests: REPORTS,
    mutants: [
      {
        what: 'any number of errors waits for the receiver',
        from: 'if (this.#waiting.length >= WAITING_MAX)',
        to: 'if (this.#waiting.length >= Infinity)',
        only: 'are bounded in number',
      },
      {
        what: 'errors of any length are reported',
        from: 'if (line.length <= CHARACTERS_MAX) return error;',
        to: 'return error;',
        only: 'are bounded in number',
      },
    ],
  },
  {
    file: 'src/jobs/state.ts',
    tests: METRICS,
    mutants: [
      {
        what: 'counting jobs costs more the more there are',
        from: 'limit ${JOBS_COUNTED_MAX}',
        to: '',
        only: 'look at ten thousand rows at most',
      },
    ],
  },
  {
    file: 'src/commands/database-reading.ts',
    tests: METRICS,
    mutants: [
      {
        what: 'everybody who asks for metrics asks the database',
        from: 'if (now - readAt < everyMs) return reading;',
        to: '',
        only: 'ask the database once',
      },
    ],
  },
];
