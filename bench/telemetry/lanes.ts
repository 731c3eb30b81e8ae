/** What is compared with a gateway that tells nothing. */

export const lanes = {
  none: 'nothing',
  control: 'nothing, again',
  log: 'a line in the log',
  metrics: 'metrics',
  traces: 'traces, sampled at 10 %',
  all: 'all three',
} as const;

export type Lane = keyof typeof lanes;
