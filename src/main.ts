/**
 * The command line: runs a command, and turns what an operator can mend into one sentence and exit
 * code 1.
 */
import { CommanderError } from 'commander';
import { UsageError, createProgram } from './commands/program.ts';
import { processTerminal, type Terminal } from './commands/terminal.ts';

/**
 * Runs a command line and returns the exit code. A command that runs until it is asked to stop ends
 * the process itself.
 */
export async function main(
  args: readonly string[],
  terminal: Terminal = processTerminal,
): Promise<number> {
  try {
    await createProgram(terminal).parseAsync(args.length === 0 ? ['--help'] : args, {
      from: 'user',
    });
    return 0;
  } catch (error) {
    // Help and the version are given by ending early.
    if (error instanceof CommanderError) return error.exitCode;
    if (error instanceof UsageError) terminal.complain(`banyan: ${error.message}`);
    else {
      const { explainFailure } = await import('./commands/failure.ts');
      terminal.complain(`banyan: ${explainFailure(error)}`);
    }
    return 1;
  }
}

if (import.meta.main) {
  // Awaited: a command that waits for what never comes must not end with 0 once nothing else is left.
  const code = await main(process.argv.slice(2));
  if (code !== 0) process.exit(code);
}
