/** Opens the port of the gateway. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigurationError } from '../errors.ts';

/**
 * Listens, and returns the address with the port. Throws a `ConfigurationError` that says why it
 * cannot, and names the settings, which begin with `prefix`.
 */
export async function listen(
  server: Server,
  { host, port }: { host: string; port: number },
  prefix: '' | 'METRICS_' = '',
): Promise<string> {
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(port, host, resolve),
  ).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE')
      throw new ConfigurationError(
        `${prefix}PORT is taken: something already listens on ${host}:${port}.`,
      );
    if (code === 'EACCES')
      throw new ConfigurationError(`${prefix}PORT may not be used by this account: ${port}.`);
    throw new ConfigurationError(
      `${prefix}HOST cannot be listened on: ${host} (${error instanceof Error ? error.message : 'unknown reason'}).`,
    );
  });
  const address = server.address() as AddressInfo;
  return `${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}
