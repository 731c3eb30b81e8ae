/**
 * An identity provider: discovery, authorization code with PKCE, which it verifies, refresh tokens that
 * are used once, and its keys. Its page asks nothing but whether to go on.
 */
import { createHash, randomUUID } from 'node:crypto';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { startListener, type Call, type Reply } from '../../setup/listener.ts';

export const CLIENT_ID = 'console';

export interface Provider {
  issuer: string;
  /** What gateways are told of it. */
  environment: Record<string, string>;
  /** How it behaves from now on. */
  manner: {
    /** Whether the access tokens for a code have expired already. */
    isExpired: boolean;
    /** Whether it gives refresh tokens. */
    withRefresh: boolean;
    /** Whether it answers with the state of somebody else. */
    withForgedState: boolean;
  };
  /** The grants that were exchanged for tokens. */
  grants: string[];
  close(): Promise<void>;
}

/** What a code stands for. */
type Request = Record<'code_challenge' | 'redirect_uri' | 'nonce', string | null>;

const CORS = { 'access-control-allow-origin': '*' };

/** Starts it for one client, which is led back to `redirectUri`, and one person with an address. */
export async function startProvider(redirectUri: string, email: string): Promise<Provider> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' };
  const codes = new Map<string, Request>();
  const refreshTokens = new Set<string>();

  const json = (status: number, body: object): Reply => ({
    status,
    body: JSON.stringify(body),
    headers: { ...CORS, 'content-type': 'application/json' },
  });
  const refuse = (error: string): Reply => json(400, { error });

  const sign = (claims: object, isExpired: boolean): Promise<string> =>
    new SignJWT({ email, email_verified: true, name: 'Dana Meyer', ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer(listener.url)
      .setSubject('dana')
      .setIssuedAt(isExpired ? '1 hour ago' : undefined)
      .setExpirationTime(isExpired ? '1 minute ago' : '1 hour')
      .sign(privateKey);

  const tokens = async (nonce: string | null, isExpired: boolean): Promise<Reply> => {
    const refreshToken = provider.manner.withRefresh ? randomUUID() : undefined;
    if (refreshToken !== undefined) refreshTokens.add(refreshToken);
    return json(200, {
      token_type: 'bearer',
      access_token: await sign({ aud: 'banyan' }, isExpired),
      id_token: await sign({ aud: CLIENT_ID, nonce: nonce ?? undefined }, false),
      refresh_token: refreshToken,
    });
  };

  const exchange = (body: URLSearchParams): Promise<Reply> | Reply => {
    const grant = body.get('grant_type') ?? '';
    if (body.get('client_id') !== CLIENT_ID) return refuse('invalid_client');
    if (grant === 'refresh_token') {
      if (!refreshTokens.delete(body.get('refresh_token') ?? '')) return refuse('invalid_grant');
      provider.grants.push(grant);
      return tokens(null, false);
    }
    const code = body.get('code') ?? '';
    const asked = codes.get(code);
    codes.delete(code);
    const challenge = createHash('sha256')
      .update(body.get('code_verifier') ?? '')
      .digest('base64url');
    if (asked?.code_challenge !== challenge || body.get('redirect_uri') !== asked.redirect_uri)
      return refuse('invalid_grant');
    provider.grants.push(grant);
    return tokens(asked.nonce, provider.manner.isExpired);
  };

  /** The page with a link for either answer. */
  const page = (parameters: URLSearchParams): Reply => {
    const asked = (name: keyof Request | 'state'): string | null => parameters.get(name);
    if (
      asked('redirect_uri') !== redirectUri ||
      parameters.get('client_id') !== CLIENT_ID ||
      parameters.get('code_challenge_method') !== 'S256'
    )
      return { status: 400, body: 'This client may not ask so.' };
    const code = randomUUID();
    codes.set(code, {
      code_challenge: asked('code_challenge'),
      redirect_uri: asked('redirect_uri'),
      nonce: asked('nonce'),
    });
    const state = provider.manner.withForgedState ? randomUUID() : (asked('state') ?? '');
    const back = (answer: Record<string, string>): string =>
      `${redirectUri}?${new URLSearchParams({ ...answer, state }).toString()}`.replaceAll(
        '&',
        '&amp;',
      );
    const body = `<!doctype html><title>Provider</title><link rel="icon" href="data:,">
      <a href="${back({ code })}">Go on</a>
      <a href="${back({ error: 'access_denied', error_description: 'Not today' })}">Refuse</a>`;
    return { status: 200, body, headers: { 'content-type': 'text/html' } };
  };

  const answers: Record<string, (call: Call, url: URL) => Promise<Reply> | Reply> = {
    '/.well-known/openid-configuration': () =>
      json(200, {
        issuer: listener.url,
        authorization_endpoint: `${listener.url}/authorize`,
        token_endpoint: `${listener.url}/token`,
        jwks_uri: `${listener.url}/keys`,
        code_challenge_methods_supported: ['S256'],
        id_token_signing_alg_values_supported: ['ES256'],
      }),
    '/keys': () => json(200, { keys: [jwk] }),
    '/authorize': (_call, { searchParams }) => page(searchParams),
    '/token': ({ body }) => exchange(new URLSearchParams(body)),
  };

  const listener = await startListener((call) => {
    const url = new URL(call.path, 'http://provider');
    return answers[url.pathname]?.(call, url) ?? { status: 404, body: '' };
  });
  const provider: Provider = {
    issuer: listener.url,
    environment: {
      JWT_JWKS_URL: `${listener.url}/keys`,
      JWT_ISSUER: listener.url,
      JWT_AUDIENCE: 'banyan',
      JWT_ALGORITHMS: 'ES256',
      CONSOLE_OIDC_CLIENT_ID: CLIENT_ID,
    },
    manner: { isExpired: false, withRefresh: true, withForgedState: false },
    grants: [],
    close: () => listener.close(),
  };
  return provider;
}
