/** Signing in with the identity provider: OpenID Connect, authorization code with PKCE. */
import * as oauth from 'oauth4webapi';
import type { SignInConfig } from '../app/config.ts';
import { CALLBACK_PATH } from '../app/paths.ts';
import type { Credential } from './credential.ts';

/** What has to outlive the way to the provider and back. It is removed as soon as it is read. */
interface Pending {
  verifier: string;
  state: string;
  nonce: string;
  /** The address to come back to, below /console. */
  returnTo: string;
}

const PENDING = 'banyan.sign-in';

const redirectUri = (): string => new URL(`/console${CALLBACK_PATH}`, location.origin).href;

async function serverOf({ issuer }: SignInConfig): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer);
  return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, insecure(url)));
}

/** Plain HTTP is for providers on this machine; the gateway refuses others. */
const insecure = ({ protocol }: URL) => ({ [oauth.allowInsecureRequests]: protocol === 'http:' });

/** Leads the browser to the provider. `returnTo` is the address to be shown afterwards. */
export async function goToProvider(config: SignInConfig, returnTo: string): Promise<void> {
  const server = await serverOf(config);
  if (server.authorization_endpoint === undefined)
    throw new Error('The provider has no authorization endpoint.');
  const pending: Pending = {
    verifier: oauth.generateRandomCodeVerifier(),
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    returnTo,
  };
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  const url = new URL(server.authorization_endpoint);
  const parameters = {
    client_id: config.clientId,
    redirect_uri: redirectUri(),
    response_type: 'code',
    scope: config.scope,
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(pending.verifier),
    code_challenge_method: 'S256',
    // Some providers make access tokens for an audience only if they are asked to.
    ...(config.audience !== config.clientId && { audience: config.audience }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  location.assign(url);
}

/** What `goToProvider` left, which is removed by reading it; undefined if there is nothing. */
export function takePending(): Pending | undefined {
  const text = sessionStorage.getItem(PENDING);
  sessionStorage.removeItem(PENDING);
  return text === null ? undefined : (JSON.parse(text) as Pending);
}

/** Turns the provider's answer in `address` into a credential. */
export async function comeBack(
  config: SignInConfig,
  pending: Pending,
  address: URL,
): Promise<Credential> {
  const server = await serverOf(config);
  const client: oauth.Client = { client_id: config.clientId };
  const parameters = oauth.validateAuthResponse(server, client, address, pending.state);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    parameters,
    redirectUri(),
    pending.verifier,
    insecure(new URL(config.issuer)),
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: pending.nonce,
    requireIdToken: true,
  });
  return credentialOf(config, server, tokens);
}

function credentialOf(
  config: SignInConfig,
  server: oauth.AuthorizationServer,
  tokens: oauth.TokenEndpointResponse,
): Credential {
  const { id_token: idToken, access_token: accessToken, refresh_token: refreshToken } = tokens;
  // The API accepts tokens for its audience, which may be this client itself.
  const token = config.audience === config.clientId ? (idToken ?? accessToken) : accessToken;
  if (refreshToken === undefined) return { token };
  const renew = async (): Promise<Credential | undefined> => {
    const client: oauth.Client = { client_id: config.clientId };
    const options = insecure(new URL(config.issuer));
    try {
      const response = await oauth.refreshTokenGrantRequest(
        server,
        client,
        oauth.None(),
        refreshToken,
        options,
      );
      const renewed = await oauth.processRefreshTokenResponse(server, client, response);
      // A provider that does not replace the refresh token lets it be used again.
      return credentialOf(config, server, { refresh_token: refreshToken, ...renewed });
    } catch {
      return undefined;
    }
  };
  return { token, renew };
}
