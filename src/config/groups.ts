/** What several settings make together: sessions and provisioning. */
import type { Settings } from './settings.ts';
import { safeUrl } from './forms.ts';
import type { SessionSettings } from '../authentication/session.ts';
import { ConfigurationError } from '../errors.ts';
import type { SamplerName } from '../telemetry/traces/sampler.ts';
import type { ProvisioningSettings } from '../modules/provisioning/providers.ts';

/**
 * Sessions are configured in full or not at all: half of it would accept tokens that were meant for
 * somebody else.
 */
export function sessionSettings(value: Settings): SessionSettings | undefined {
  const {
    JWT_JWKS_URL: jwksUrl,
    JWT_ISSUER: issuer,
    JWT_AUDIENCE: audience,
    JWT_ALGORITHMS: algorithms,
  } = value;
  if (
    jwksUrl === undefined &&
    issuer === undefined &&
    audience === undefined &&
    algorithms === undefined
  )
    return undefined;
  if (
    jwksUrl !== undefined &&
    issuer !== undefined &&
    audience !== undefined &&
    algorithms !== undefined
  ) {
    return { jwksUrl, issuer, audience, algorithms };
  }
  const missing = Object.entries({
    JWT_JWKS_URL: jwksUrl,
    JWT_ISSUER: issuer,
    JWT_AUDIENCE: audience,
    JWT_ALGORITHMS: algorithms,
  })
    .filter(([, value]) => value === undefined)
    .map(([name]) => name);
  throw new ConfigurationError(
    `Sessions are half configured: ${missing.join(' and ')} missing beside the other JWT_ settings.`,
  );
}

/** Every step has a provider, and every provider that is chosen what it needs. */
export function provisioningSettings(value: Settings): ProvisioningSettings {
  const steps = {
    IDENTITY: value.PROVISIONING_IDENTITY ?? value.PROVISIONING,
    BILLING: value.PROVISIONING_BILLING ?? value.PROVISIONING,
    TELEPHONY: value.PROVISIONING_TELEPHONY ?? value.PROVISIONING,
    PHONE_NUMBER: value.PROVISIONING_PHONE_NUMBER ?? value.PROVISIONING,
    KNOWLEDGE_BASE: value.PROVISIONING_KNOWLEDGE_BASE ?? value.PROVISIONING,
  };
  const chosen = new Set<string>(Object.values(steps));
  const need = (provider: string, name: string, setting: string | undefined): string => {
    if (setting === undefined)
      throw new ConfigurationError(
        `${name} is missing: a step of provisioning is done by ${provider}.`,
      );
    return setting;
  };
  const timeoutMs = value.PROVISIONING_TIMEOUT_MS;
  return {
    steps,
    webhook: chosen.has('webhook')
      ? {
          url: need('webhook', 'PROVISIONING_WEBHOOK_URL', value.PROVISIONING_WEBHOOK_URL),
          secret: need('webhook', 'PROVISIONING_WEBHOOK_SECRET', value.PROVISIONING_WEBHOOK_SECRET),
          timeoutMs,
        }
      : undefined,
    stripe: chosen.has('stripe')
      ? {
          apiKey: need('stripe', 'STRIPE_API_KEY', value.STRIPE_API_KEY),
          priceId: need('stripe', 'STRIPE_PRICE_ID', value.STRIPE_PRICE_ID),
          apiUrl: value.STRIPE_API_URL,
          timeoutMs,
        }
      : undefined,
  };
}

/**
 * How people sign in to the console: with the identity provider of the sessions, since its tokens
 * are those that the API accepts. The issuer is called from browsers, so it must be an address.
 */
export function consoleSignIn(
  value: Settings,
  sessions: SessionSettings | undefined,
):
  (Pick<SessionSettings, 'issuer' | 'audience'> & { clientId: string; scope: string }) | undefined {
  const { CONSOLE_OIDC_CLIENT_ID: clientId, CONSOLE_OIDC_SCOPE: scope } = value;
  if (clientId === undefined) return undefined;
  if (!sessions)
    throw new ConfigurationError(
      'CONSOLE_OIDC_CLIENT_ID is set without sessions: the JWT_ settings are missing.',
    );
  const { issuer, audience } = sessions;
  if (!safeUrl.safeParse(issuer).success)
    throw new ConfigurationError(
      'JWT_ISSUER must be an https:// address (http:// on this machine only) where CONSOLE_OIDC_CLIENT_ID is set.',
    );
  return { issuer, clientId, scope, audience };
}

/** Where metrics go; undefined if nobody wants any. */
export function metricsSettings(value: Settings):
  | {
      /** Where they may be asked for. */
      scraped: { host: string; port: number } | undefined;
      /** Where they are sent to. */
      otlp: { url: string; everyMs: number } | undefined;
    }
  | undefined {
  const { METRICS_PORT: port, METRICS_HOST: host } = value;
  const scraped = port === undefined ? undefined : { host, port };
  const endpoint = value.OTEL_EXPORTER_OTLP_ENDPOINT;
  const otlp =
    endpoint === undefined || value.OTEL_METRICS_EXPORTER === 'none'
      ? undefined
      : {
          url: signalUrl(endpoint, 'metrics'),
          everyMs: value.OTEL_METRIC_EXPORT_INTERVAL,
        };
  return scraped || otlp ? { scraped, otlp } : undefined;
}

/** Where traces go, and which are made; undefined if nobody wants any. */
export function traceSettings(
  value: Settings,
): { url: string; sampler: { name: SamplerName; ratio: number } } | undefined {
  const endpoint = value.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint === undefined || value.OTEL_TRACES_EXPORTER === 'none') return undefined;
  return {
    url: signalUrl(endpoint, 'traces'),
    sampler: { name: value.OTEL_TRACES_SAMPLER, ratio: value.OTEL_TRACES_SAMPLER_ARG },
  };
}

/** The address for one kind of telemetry, as the specification of OTLP makes it. */
function signalUrl(endpoint: string, signal: 'metrics' | 'traces'): string {
  return `${endpoint.replace(/\/+$/, '')}/v1/${signal}`;
}
