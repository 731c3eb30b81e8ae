/** What the gateway tells the console of itself. */
import { createContext, useContext } from 'react';

/** How people sign in with the identity provider. */
export interface SignInConfig {
  issuer: string;
  clientId: string;
  scope: string;
  audience: string;
}

export interface Config {
  /** The path of the API. */
  endpoint: string;
  /** The header that names the organization a request acts in. */
  organizationHeader: string;
  /** Whether the gateway answers only documents that it knows, asked for by their hash. */
  takesHashes: boolean;
  signIn: SignInConfig | null;
  /** The credential of the demonstration, on the machine that runs it. */
  demonstration: { token: string; organization: string } | null;
}

/** Reads the configuration from the gateway. */
export async function readConfig(): Promise<Config> {
  const response = await fetch('/console/config.json', { cache: 'no-store' });
  if (!response.ok) throw new Error(`The gateway answered ${response.status}.`);
  return (await response.json()) as Config;
}

const ConfigContext = createContext<Config | undefined>(undefined);
export const ConfigProvider = ConfigContext.Provider;

/** The configuration. */
export function useConfig(): Config {
  const config = useContext(ConfigContext);
  if (!config) throw new Error('There is no ConfigProvider above.');
  return config;
}
