/** Stops a web server gracefully: pending requests are answered, new ones refused. */
import type { Server, ServerResponse } from 'node:http';

/** Requests in transit when the stop began still arrive; the server is quiet when none did for so long … */
const quietMs = 250;
/** … and after so long at the latest. */
const settleWithinMs = 2_000;
const lookEveryMs = 25;

/**
 * Call it before the server listens. `drain` refuses new connections once those on their way have been taken,
 * and resolves when every answer has been sent, or after `withinMs`.
 */
export function createDrain(server: Server): (withinMs: number) => Promise<void> {
  const unanswered = new Set<ServerResponse>();
  let isStopping = false;
  let lastArrival = 0;

  const arrive = (): void => {
    lastArrival = performance.now();
  };
  server.on('connection', arrive);
  // Before the application, which may send its head at once.
  server.prependListener('request', (_req, res: ServerResponse) => {
    arrive();
    unanswered.add(res);
    res.once('close', () => unanswered.delete(res));
    if (isStopping) endConnectionAfter(res);
  });

  return async (withinMs) => {
    isStopping = true;
    const begin = performance.now();
    arrive();
    for (const res of unanswered) endConnectionAfter(res);
    // Closing at once would reset what waits in the queue of the system or in an open connection.
    while (performance.now() - lastArrival < quietMs && performance.now() - begin < settleWithinMs)
      await pause(lookEveryMs);
    server.close();
    while (unanswered.size > 0 && performance.now() - begin < withinMs) {
      server.closeIdleConnections();
      await pause(lookEveryMs);
    }
    server.closeAllConnections();
  };
}

/** Asks the client not to reuse this connection. */
function endConnectionAfter(res: ServerResponse): void {
  if (!res.headersSent) res.setHeader('Connection', 'close');
}

function pause(ms: number): Promise<void> {
  return new Promise((resume) => setTimeout(resume, ms));
}
