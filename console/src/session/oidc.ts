/** Signing in with the identity provider: OpenID Connect, authorization code with PKCE. */
import * as oauth from 'oauth4webapi';
import type { SignInConfig } from '../app/config.ts';
import { CALLBACK_PATH } from '../app/paths.ts';
import { answerInWindow } from './answer-window.ts';
import type { Credential } from './credential.ts';

/** What one sign-in is recognized by. */
interface Attempt {
  verifier: string;
  state: string;
  nonce: string;
}

/** What has to outlive the way to the provider and back. It is removed as soon as it is read. */
interface Pending extends Attempt {
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
  const { url, attempt } = await begin(config);
  sessionStorage.setItem(PENDING, JSON.stringify({ ...attempt, returnTo } satisfies Pending));
  location.assign(url);
}

/** Asks the provider in a window of its own, so that the page stays as it is. */
export async function askProvider(config: SignInConfig): Promise<Credential> {
  const { url, attempt } = await begin(config);
  return comeBack(config, attempt, await answerInWindow(url, attempt.state));
}

async function begin(config: SignInConfig): Promise<{ url: URL; attempt: Attempt }> {
  const server = await serverOf(config);
  if (server.authorization_endpoint === undefined)
    throw new Error('The provider has no authorization endpoint.');
  const attempt: Attempt = {
    verifier: oauth.generateRandomCodeVerifier(),
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
  };
  const url = new URL(server.authorization_endpoint);
  const parameters = {
    client_id: config.clientId,
    redirect_uri: redirectUri(),
    response_type: 'code',
    scope: config.scope,
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(attempt.verifier),
    code_challenge_method: 'S256',
    // Some providers make access tokens for an audience only if they are asked to.
    ...(config.audience !== config.clientId && { audience: config.audience }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { url, attempt };
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
  attempt: Attempt,
  address: URL,
): Promise<Credential> {
  const server = await serverOf(config);
  const client: oauth.Client = { client_id: config.clientId };
  const parameters = oauth.validateAuthResponse(server, client, address, attempt.state);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    parameters,
    redirectUri(),
    attempt.verifier,
    insecure(new URL(config.issuer)),
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: attempt.nonce,
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
