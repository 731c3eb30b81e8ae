/** The time limit of a request's statements. */
import type { Plugin } from 'graphql-yoga';
import { Deadline, currentDeadline, underDeadline } from '../../database/deadline.ts';
import { recordOf } from '../../telemetry/request-record.ts';

/** Sets a deadline for each request, and ends its statements when the client disconnects. */
export function deadlines(milliseconds: number): Plugin {
  return {
    instrumentation: {
      request({ request }, wrapped) {
        // A request that is begun has its deadline.
        if (currentDeadline()) return wrapped();
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
      // The body has been read; the time that took was up to the client.
      currentDeadline()?.restart();
    },
  };
}
