/** A gateway of the benchmarks, without a socket. */
import type { Database } from '../src/database/connect.ts';
import { createGateway, type Gateway, type GatewayOptions } from '../src/http/gateway.ts';
import type { Logger } from '../src/telemetry/log.ts';

/** Makes a gateway over the database whose limits on mail nobody reaches. */
export function openGateway(
  db: Database,
  log: Logger,
  options: Pick<GatewayOptions, 'boundsCost' | 'budgets' | 'metrics' | 'replicas' | 'tracer'> = {},
): Gateway {
  return createGateway({
    db,
    log,
    organizationHeader: 'X-Organization',
    settings: {
      invitationDays: 7,
      retentionDays: 30,
      mailLimits: { perSender: 1_000_000, perTree: 1_000_000, perAddress: 5 },
    },
    introspection: 'off',
    graphiql: false,
    corsOrigins: [],
    credentialUsed: () => undefined,
    ...options,
  });
}
