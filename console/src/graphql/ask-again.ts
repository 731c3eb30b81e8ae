/** Asks again for what is shown, since others change things while somebody is away. */
import { mapExchange, type Client, type Exchange, type Operation } from 'urql';

/** The most queries that are asked again at once: the ones that were asked last. */
const QUERIES_MAX = 20;

export interface AskAgain {
  /** Notes which queries are in use; stands before all other exchanges. */
  exchange: Exchange;
  /** Asks the gateway for them again; what is known stays until the answers. */
  askAgain(client: Client): void;
}

export function createAskAgain(): AskAgain {
  const inUse = new Map<number, Operation>();
  return {
    exchange: mapExchange({
      onOperation(operation) {
        const { key, kind } = operation;
        if (kind !== 'query' && kind !== 'teardown') return;
        // The last one asked stands last.
        inUse.delete(key);
        if (kind === 'query' && operation.context.requestPolicy !== 'cache-only')
          inUse.set(key, operation);
      },
    }),
    askAgain(client) {
      for (const operation of [...inUse.values()].slice(-QUERIES_MAX))
        client.reexecuteOperation(
          client.createRequestOperation('query', operation, { requestPolicy: 'cache-and-network' }),
        );
    },
  };
}
