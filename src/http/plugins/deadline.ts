/** The time that one request may take at the database. */
import type { Plugin } from 'graphql-yoga';
import { Deadline, currentDeadline, underDeadline } from '../../database/deadline.ts';
import { recordOf } from '../../telemetry/request-record.ts';

/** Puts a deadline over each request, and ends its statements when the client goes away. */
export function deadlines(milliseconds: number): Plugin {
  return {
    instrumentation: {
      request({ request }, wrapped) {
        const deadline = new Deadline(milliseconds, recordOf(request));
        request.signal.addEventListener('abort', () => deadline.abandon(), { once: true });
        return underDeadline(deadline, async () => {
          try {
            await wrapped();
          } finally {
            deadline.close();
          }
        });
      },
    },
    onParams() {
      // The body has been read; how long that took was up to the client.
      currentDeadline()?.restart();
    },
  };
}
