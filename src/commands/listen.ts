/** Opens the port of the gateway. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config } from '../config/read.ts';
import { ConfigurationError } from '../errors.ts';

/** Listens, and returns the address with the port. Throws a `ConfigurationError` that says why it cannot. */
export async function listen(server: Server, { host, port }: Config): Promise<string> {
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(port, host, resolve),
  ).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE')
      throw new ConfigurationError(`PORT is taken: something already listens on ${host}:${port}.`);
    if (code === 'EACCES')
      throw new ConfigurationError(`PORT may not be used by this account: ${port}.`);
    throw new ConfigurationError(
      `HOST cannot be listened on: ${host} (${error instanceof Error ? error.message : 'unknown reason'}).`,
    );
  });
  const address = server.address() as AddressInfo;
  return `${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}
