/** Cancels what another connection runs. */
import pg from 'pg';

/** How long cancelling a statement may take before its connection is closed instead. */
const CANCEL_MS = 1_000;

/** What a client knows of its connection, which the types of `pg` do not expose. */
interface Cancelled {
  host: string;
  port: number;
  ssl: unknown;
  sslNegotiation: 'postgres' | 'direct';
  processID: number | null;
  secretKey: number | null;
}

interface CancellingConnection extends pg.Connection {
  connect(port: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processId: number, secretKey: number): void;
}

/**
 * Cancels the statement of a client, with the request that the protocol has for it: a connection
 * pooler passes it on to the server that works for the client at the moment. The other side closes
 * the connection of such a request once it has sent the signal. Calls `onFailure` if that fails.
 */
export async function cancelStatement(client: pg.Client, onFailure: () => void): Promise<void> {
  const { host, port, ssl, sslNegotiation, processID, secretKey } = client as unknown as Cancelled;
  if (processID === null || secretKey === null) return onFailure();
  const control = new pg.Connection({ ssl, sslNegotiation } as object) as CancellingConnection;
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const send = (): void => control.cancel(processID, secretKey);
      const late = (): void => reject(new Error('timeout expired'));
      timer = setTimeout(late, CANCEL_MS);
      control.on('error', reject);
      control.once('end', resolve);
      control.once('connect', () => {
        if (!ssl) send();
        else if (sslNegotiation !== 'direct') control.requestSsl();
      });
      control.once('sslconnect', send);
      if (host.startsWith('/')) control.connect(`${host}/.s.PGSQL.${port}`);
      else control.connect(port, host);
    });
  } catch {
    onFailure();
  } finally {
    clearTimeout(timer);
    control.stream.destroy();
  }
}
