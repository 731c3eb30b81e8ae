/** What the console is served with. */

/** The client of an identity provider that people sign in to the console with. */
export interface ConsoleSignIn {
  issuer: string;
  clientId: string;
  /** The scopes that are asked for, separated by spaces. */
  scope: string;
  /** The audience that the API accepts in a token. */
  audience: string;
}

export interface ConsoleOptions {
  /** The folder of the build; by default `dist/console` of this package. */
  folder?: string;
  /** Absent if people only sign in with tokens and keys. */
  signIn?: ConsoleSignIn | undefined;
  /** The credential of the demonstration, which only browsers on this machine are told. */
  demonstration?: ConsoleDemonstration | undefined;
}

/** A credential, and the organization that it acts in. */
export interface ConsoleDemonstration {
  token: string;
  organization: string;
}
