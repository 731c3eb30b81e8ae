/** An identity provider of the tests' own: signs sessions and publishes its keys over HTTP on a free port. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT, exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose';
import type { SessionSettings } from '../../src/authentication/session.ts';

export interface SessionOptions {
  /** Claims beside or instead of the usual ones. */
  claims?: Record<string, unknown>;
  kid?: string;
  algorithm?: string;
  key?: CryptoKey | Uint8Array;
}

export interface Issuer {
  settings: SessionSettings;
  /** How often the keys were fetched. */
  fetches(): number;
  /** A session for a subject with an address, verified unless the claims say otherwise. */
  session(subject: string, email: string, options?: SessionOptions): Promise<string>;
  /** Publishes a new key in the place of all others, and signs with it from now on. */
  rotate(): Promise<void>;
  /** What the key endpoint does: answer, answer nothing, or answer with an error. */
  behave(manner: 'well' | 'silent' | 'broken'): void;
  close(): Promise<void>;
}

export async function startIssuer(): Promise<Issuer> {
  let keys: { jwk: JWK; privateKey: CryptoKey; kid: string }[] = [];
  let manner: 'well' | 'silent' | 'broken' = 'well';
  let fetches = 0;
  let made = 0;
  const make = async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const kid = `key-${++made}`;
    return {
      jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' },
      privateKey,
      kid,
    };
  };
  keys = [await make()];
  const server = createServer((_request, response) => {
    fetches++;
    if (manner === 'broken') response.writeHead(500).end('out of order');
    if (manner !== 'well') return;
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings = {
    jwksUrl: `${origin}/jwks`,
    issuer: `${origin}/`,
    audience: 'banyan-tests',
    algorithms: ['ES256'],
  };
  return {
    settings,
    fetches: () => fetches,
    async session(subject, email, { claims = {}, kid, algorithm = 'ES256', key } = {}) {
      const [current] = keys;
      if (!current) throw new RangeError('the issuer has no key');
      const now = Math.floor(Date.now() / 1_000);
      const payload = {
        iss: settings.issuer,
        aud: settings.audience,
        sub: subject,
        iat: now,
        exp: now + 600,
        email,
        email_verified: true,
        ...claims,
      };
      return new SignJWT(payload)
        .setProtectedHeader({ alg: algorithm, kid: kid ?? current.kid })
        .sign(key ?? current.privateKey);
    },
    async rotate() {
      keys = [await make()];
    },
    behave(next) {
      manner = next;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
