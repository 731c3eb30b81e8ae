/** Mutations through the gateway without a socket, as a key of an organization of a forest. */
import { connect, type Database } from '../src/database/connect.ts';
import { installQueue } from '../src/jobs/worker.ts';
import { insertApiKey } from '../src/seed/bootstrap.ts';
import { createLogger } from '../src/telemetry/log.ts';
import { openGateway } from './open-gateway.ts';

export interface Lane {
  db: Database;
  /** Runs a mutation and returns its result; throws unless it is the payload. */
  mutate<Payload>(name: string, selection: string, input: object): Promise<Payload>;
  close(): Promise<void>;
}

/** Opens a gateway over the database whose requests come from the organization. */
export async function openLane(url: string, organizationId: string): Promise<Lane> {
  const log = createLogger('warn');
  await installQueue(url, log);
  const db = connect({ url, poolSize: 4, log });
  const token = await insertApiKey(db, organizationId, 'bench');
  const gateway = openGateway(db, log);
  return {
    db,
    async mutate<Payload>(name: string, selection: string, input: object): Promise<Payload> {
      const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      const query = `mutation ($input: ${type}Input!) { ${name}(input: $input) { __typename ... on ${type}Payload { ${selection} } } }`;
      const response = await gateway.fetch('http://bench/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query, variables: { input } }),
      });
      const answer = (await response.json()) as { data?: Record<string, { __typename: string }> };
      const result = answer.data?.[name];
      if (result?.__typename !== `${type}Payload`) throw new Error(JSON.stringify(answer));
      return result as Payload;
    },
    close: () => db.destroy(),
  };
}
