/** The commands that keep catalogs: of metrics, and of plans. */
import type { Command } from 'commander';
import type { MetricOptions } from './metrics.ts';
import { commaSeparated, filled, wholeNumber } from './option-values.ts';
import type { PlanOptions } from './plans.ts';
import type { Terminal } from './terminal.ts';

/** Adds them to the program. Each is loaded when it runs. */
export function addCatalogs(program: Command, terminal: Terminal): void {
  program
    .command('metrics')
    .description('Add a metric to the catalog of what is metered.')
    .command('add')
    .description(
      'Add a metric to the catalog. Without --parts it is recorded itself; with them it is their sum, divided by another sum ' +
        'if --divided-by names one. Running gateways know it at once.',
    )
    .requiredOption('--key <key>', 'key of the metric', filled)
    .requiredOption('--name <name>', 'name for people', filled)
    .requiredOption('--unit <unit>', 'unit of its quantities', filled)
    .option('--description <text>', 'what it counts')
    .option(
      '--late-days <days>',
      'how many days late its events may come, 1 to 3660',
      wholeNumber(1, 3_660),
      366,
    )
    .option(
      '--parts <keys>',
      'keys of the metrics that it is the sum of, separated by commas',
      commaSeparated,
      [],
    )
    .option(
      '--divided-by <keys>',
      'keys of the metrics whose sum it is divided by',
      commaSeparated,
      [],
    )
    .action(async (options: MetricOptions) =>
      (await import('./metrics.ts')).addToCatalog(terminal, options),
    );

  const plans = program
    .command('plans')
    .description('Keep the catalog of plans that organizations can be on.');
  plans
    .command('add')
    .description('Add a plan to the catalog, after the others. Running gateways offer it at once.')
    .requiredOption('--key <key>', 'key of the plan', filled)
    .requiredOption('--name <name>', 'name for people', filled)
    .requiredOption(
      '--max-calls <number>',
      'calls at the same time, 0 to 1000000',
      wholeNumber(0, 1_000_000),
    )
    .option('--price <id>', 'price as the billing provider names it', filled)
    .option('--description <text>', 'what it includes')
    .action(async (options: PlanOptions) =>
      (await import('./plans.ts')).addToPlans(terminal, options),
    );
  plans
    .command('list')
    .description('List the plans in their order.')
    .action(async () => (await import('./plans.ts')).printPlans(terminal));
}
