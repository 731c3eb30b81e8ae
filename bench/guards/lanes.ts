/** The choices of checks that are compared. */

export const lanes = {
  none: 'none',
  control: 'none, again',
  log: 'a line in the log',
  cost: 'cost',
  budgets: 'budgets in memory',
  both: 'cost, budgets in memory',
  postgres: 'cost, budgets in PostgreSQL',
  redis: 'cost, budgets in Redis',
} as const;

export type Lane = keyof typeof lanes;
