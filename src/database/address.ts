/**
 * Addresses of databases, with what the driver does not know of them: several hosts, of which one
 * fits `target_session_attrs`, and a password that is read from a file.
 */
import pg from 'pg';

/** What a server reports of itself when a connection is opened. */
export interface ServerReport {
  isStandby: boolean;
  /** Whether transactions are read-only unless they say otherwise. */
  isReadOnly: boolean;
}

/** What a server has to be for each `target_session_attrs`. */
const TARGETS = {
  any: () => true,
  'read-write': ({ isStandby, isReadOnly }: ServerReport) => !isStandby && !isReadOnly,
  'read-only': ({ isStandby, isReadOnly }: ServerReport) => isStandby || isReadOnly,
  primary: ({ isStandby }: ServerReport) => !isStandby,
  standby: ({ isStandby }: ServerReport) => isStandby,
};

/** The modes of TLS. `require` verifies the certificate and its name, as `verify-full` does. */
const SSL_MODES = ['disable', 'no-verify', 'require', 'verify-ca', 'verify-full'];

/** The maximum number of hosts; all of them are asked when a connection is opened. */
const HOSTS_MAX = 8;

/** The parameter that names the file with the password. */
const PASSWORD_FILE = 'password_file';

const UNREADABLE =
  'must be an address that can be read: characters such as / : @ % in a password are written as %2F %3A %40 %25';

/** An address as connections are opened to it. */
export interface Address {
  /** One address per host, as the driver takes it. */
  urls: readonly string[];
  /** The `target_session_attrs`. */
  target: string;
  fits: (server: ServerReport) => boolean;
  /** The file with the password; undefined if the address holds it, or there is none. */
  passwordFile: string | undefined;
}

/** What is wrong with an address, in words that follow its name. */
class AddressProblem extends Error {}

/** Parses an address. Throws an error whose message says what is wrong with it. */
export function parseAddress(url: string): Address {
  const [, head = '', hosts = '', place = '', query = ''] =
    /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^/?#]*)([^?#]*)(?:\?([^#]*))?/.exec(url) ?? [];
  const parameters = new URLSearchParams(query);
  const target = take(parameters, 'target_session_attrs') ?? 'any';
  const passwordFile = take(parameters, PASSWORD_FILE);
  if (!isTarget(target))
    throw new AddressProblem(`must have ${either(Object.keys(TARGETS))} as target_session_attrs`);
  const names = hosts.split(',');
  if (names.length > HOSTS_MAX) throw new AddressProblem(`must have at most ${HOSTS_MAX} hosts`);
  if (names.length > 1 && names.includes(''))
    throw new AddressProblem('must name each of its hosts');
  secure(parameters);
  const rest =
    parameters.size > 0 ? `${place}?${parameters.toString().replaceAll('+', '%20')}` : place;
  const urls = names.map((name) => `${head}${name}${rest}`);
  return { urls, target, fits: TARGETS[target], passwordFile };
}

/** Brings `sslmode` into a form in which the driver does what it says. */
function secure(parameters: URLSearchParams): void {
  const mode = parameters.get('sslmode');
  if (mode === null || parameters.has('uselibpqcompat')) return;
  if (!SSL_MODES.includes(mode))
    throw new AddressProblem(`must have ${either(SSL_MODES)} as sslmode`);
  if (mode === 'require') parameters.set('sslmode', 'verify-full');
  if (mode !== 'verify-ca') return;
  if (!parameters.has('sslrootcert'))
    throw new AddressProblem('must name the authority in sslrootcert for sslmode=verify-ca');
  // Without it, the driver takes verify-ca for verify-full.
  parameters.set('uselibpqcompat', 'true');
}

const either = (words: readonly string[]): string =>
  new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(words);

function isTarget(name: string): name is keyof typeof TARGETS {
  return Object.hasOwn(TARGETS, name);
}

function take(parameters: URLSearchParams, name: string): string | undefined {
  const value = parameters.get(name) ?? undefined;
  parameters.delete(name);
  return value;
}

/** Returns what is wrong with an address, in words that follow its name; undefined if nothing is. */
export function addressProblem(url: string): string | undefined {
  try {
    // The driver throws, with the address, where it does not understand it.
    const hosts = parseAddress(url).urls.map((each) => new pg.Client(each).host);
    return hosts.includes('') ? UNREADABLE : undefined;
  } catch (error) {
    if (error instanceof AddressProblem) return error.message;
    return error instanceof Error && 'syscall' in error
      ? 'names a file in sslrootcert, sslcert or sslkey that cannot be read'
      : UNREADABLE;
  }
}

/** An address whose password is in a file; the address itself if it holds a password. */
export function withPasswordFile(url: string, file: string | undefined): string {
  if (file === undefined || /^\w+:\/\/[^/?#]*:[^/?#]*@/.test(url)) return url;
  return `${url}${url.includes('?') ? '&' : '?'}${PASSWORD_FILE}=${encodeURIComponent(file)}`;
}
