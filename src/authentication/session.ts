/** Sessions: JSON Web Tokens of an identity provider, verified with the keys that it publishes. */
import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { sessionsUnavailable, unauthenticated } from '../errors.ts';
import { visibleText } from '../values/text.ts';
import type { Logger } from '../telemetry/log.ts';
import { Outage } from '../telemetry/outage.ts';

export interface SessionSettings {
  /** Where the issuer publishes its keys. */
  jwksUrl: string;
  issuer: string;
  audience: string;
  /** The signature algorithms that are accepted. */
  algorithms: readonly string[];
}

export interface SessionLimits {
  /** The longest wait for the issuer's keys. */
  timeoutMs: number;
  /**
   * The shortest time between two fetches caused by an unknown key. It limits what made-up key ids
   * can cause.
   */
  cooldownMs: number;
}

/** The claims of a verified session about its person. */
export interface SessionClaims {
  issuer: string;
  subject: string;
  /** As the issuer wrote it. */
  email: string;
  emailVerified: boolean;
  name: string | null;
  expiresAt: Date;
}

const CLOCK_TOLERANCE_S = 5;
const NAME_LENGTH_MAX = 200;

/** Whether a token consists of three base64url parts, like a signed JWT and no other credential. */
export function isSessionToken(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token);
}

/** Verifies the sessions of one issuer. */
export class Sessions {
  readonly #settings: SessionSettings;
  readonly #keys: JWTVerifyGetKey;
  readonly #outage: Outage;

  constructor(
    settings: SessionSettings,
    log: Logger,
    { timeoutMs, cooldownMs }: SessionLimits = { timeoutMs: 3_000, cooldownMs: 5_000 },
  ) {
    this.#settings = settings;
    this.#outage = new Outage(log, 'the keys of the identity provider');
    this.#keys = createRemoteJWKSet(new URL(settings.jwksUrl), {
      timeoutDuration: timeoutMs,
      cooldownDuration: cooldownMs,
    });
  }

  /**
   * Returns the claims of a session whose signature, issuer, audience and times are valid at `now`.
   * Throws `UNAUTHENTICATED` otherwise, with a message of its own if the issuer's keys are not
   * available.
   */
  async verify(token: string, now: Date): Promise<SessionClaims> {
    const { issuer, audience, algorithms } = this.#settings;
    try {
      const { payload } = await jwtVerify(token, this.#keys, {
        issuer,
        audience,
        algorithms: [...algorithms],
        clockTolerance: CLOCK_TOLERANCE_S,
        currentDate: now,
      });
      this.#outage.succeeded();
      const { sub, exp, email, email_verified: verified, name } = payload;
      if (typeof sub !== 'string' || !/^\P{Cc}{1,255}$/u.test(sub) || typeof exp !== 'number')
        throw unauthenticated();
      if (typeof email !== 'string') throw unauthenticated();
      return {
        issuer,
        subject: sub,
        email,
        emailVerified: verified === true,
        name: typeof name === 'string' ? presentable(name) : null,
        expiresAt: new Date(exp * 1_000),
      };
    } catch (error) {
      if (isAboutKeys(error)) {
        this.#outage.failed(error);
        throw sessionsUnavailable();
      }
      throw unauthenticated();
    }
  }
}

/**
 * Whether verification failed because the issuer's keys were not available, rather than because of
 * the token.
 */
function isAboutKeys(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return true;
  // A response other than 200 has no error class of its own. Errors that are not jose's come from
  // the connection.
  if (error instanceof errors.JOSEError) return error.code === 'ERR_JOSE_GENERIC';
  return error instanceof TypeError || error instanceof SyntaxError;
}

function presentable(name: string): string | null {
  const text = Array.from(visibleText(name)).slice(0, NAME_LENGTH_MAX).join('').trim();
  return text === '' ? null : text;
}
