/**
 * Ends the run with one plain line for whoever reads it by machine. Where runs are added up, the line
 * is appended to the file in `CLOSING_LINES` instead.
 */
import { appendFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    let broken = 0;
    for (const module of modules) {
      for (const test of module.children.allTests()) count[test.result().state]++;
      // A file that fails before its first test is a failure too.
      if (module.errors().length > 0) broken++;
    }
    const line = `${count.passed} passed, ${count.failed + count.pending + broken} failed${count.skipped ? `, ${count.skipped} skipped` : ''}`;
    const file = process.env['CLOSING_LINES'];
    process.on('exit', () => {
      if (file === undefined || file === '') process.stdout.write(`\n${line}\n`);
      else appendFileSync(file, `${line}\n`);
    });
  }
}
