/** The client of the API. */
import { Client, fetchExchange } from 'urql';
import { authExchange } from '@urql/exchange-auth';
import type { Config } from '../app/config.ts';
import type { Credential } from '../session/credential.ts';
import { createAskAgain } from './ask-again.ts';
import { createCache } from './cache.ts';
import { codeOf, statusOf } from './errors.ts';
import { namedByHash } from './named-by-hash.ts';

export interface ClientOptions {
  config: Config;
  credential: Credential;
  /** The slug of the organization that requests act in; absent for none. */
  acting: string | undefined;
  /** Receives a credential that replaced another. */
  renewed(credential: Credential): void;
  /** Called when the gateway refuses the credential. */
  refused(credential: Credential): void;
}

export interface ApiClient {
  client: Client;
  /** Asks for everything again that is shown. */
  askAgain(): void;
}

/** Creates a client for one credential that acts in one organization. */
export function createClient({
  config,
  credential,
  acting,
  renewed,
  refused,
}: ClientOptions): ApiClient {
  const { exchange, askAgain } = createAskAgain();
  const client = new Client({
    url: config.endpoint,
    preferGetMethod: false,
    requestPolicy: 'cache-first',
    exchanges: [
      exchange,
      createCache(),
      authExchange(async ({ appendHeaders }) => ({
        addAuthToOperation: (operation) =>
          appendHeaders(operation, {
            authorization: `Bearer ${credential.token}`,
            ...(acting !== undefined && { [config.organizationHeader]: acting }),
          }),
        // Sessions that cannot be verified right now have the same code, and another status.
        didAuthError: (error) => codeOf(error) === 'UNAUTHENTICATED' && statusOf(error) === 401,
        refreshAuth: async () => {
          const next = await credential.renew?.();
          if (next) renewed(next);
          else refused(credential);
        },
      })),
      ...(config.takesHashes ? [namedByHash] : []),
      fetchExchange,
    ],
  });
  return { client, askAgain: () => askAgain(client) };
}
