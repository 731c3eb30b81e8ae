import { describe, expect, it } from 'vitest';
import { ErrorReports } from '../../src/telemetry/error-reports.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { receiveErrors } from '../setup/error-receiver.ts';

/** A log whose errors are reported, with the reasons why they could not be. */
function reported(url: string) {
  const failures: string[] = [];
  const reports = new ErrorReports({
    url,
    version: '1.2.3',
    onFailure: (reason) => failures.push(reason),
    everyMs: 1,
  });
  const lines: string[] = [];
  const log = createLogger('info', { write: (line) => void lines.push(line) }, (line) =>
    reports.add(line),
  );
  return { log, lines, reports, failures };
}

describe('reports of errors', () => {
  it('have the lines of the log at the level of errors, and a sentence for people', async () => {
    await using receiver = await receiveErrors();
    const { log, lines, reports } = reported(receiver.url);
    log.warn({ err: new Error('only a warning') }, 'beware');
    log.error(
      { err: new TypeError('bad'), requestId: 'r-1', secret: 'hunter2' },
      'a request failed',
    );
    log.error({ differing: 2 }, 'totals differ');
    await reports.close();
    const errors = lines.slice(1).map((line) => JSON.parse(line) as object);
    const text = 'banyan: a request failed: TypeError: bad (request r-1), and 1 more';
    expect(receiver.reports).toEqual([{ text, version: '1.2.3', lost: 0, errors }]);
    expect(JSON.stringify(receiver.reports)).not.toContain('hunter2');
  });

  it('are bounded in number and length, and tell what was lost', async () => {
    await using receiver = await receiveErrors();
    const { log, reports } = reported(receiver.url);
    for (let index = 0; index < 130; index++)
      log.error({ err: new Error('x'.repeat(100_000)), index }, 'long');
    await expect.poll(() => receiver.reports.flatMap(({ errors }) => errors)).toHaveLength(100);
    await reports.close();
    expect(receiver.reports.map(({ errors }) => errors.length)).toEqual([20, 20, 20, 20, 20]);
    expect(receiver.reports.reduce((sum, { lost }) => sum + lost, 0)).toBe(30);
    expect(JSON.stringify(receiver.reports).length).toBeLessThan(100 * 10_000);
  });

  it('are not sent again if the receiver refuses them, which is told once', async () => {
    await using receiver = await receiveErrors();
    const { log, reports, failures } = reported(receiver.url);
    receiver.status = 500;
    log.error('first');
    await expect.poll(() => failures).toEqual(['it answered 500']);
    log.error('second');
    await reports.close();
    receiver.status = 200;
    log.error('third');
    await reports.close();
    expect(failures).toHaveLength(1);
    expect(receiver.reports).toMatchObject([{ lost: 2, errors: [{ msg: 'third' }] }]);
  });
});
