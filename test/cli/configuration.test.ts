/** The settings: what is said about them, and what a wrong one is answered with. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configurationPage, PAGE } from '../../scripts/configuration-page.ts';
import { readConfig } from '../../src/config/read.ts';
import { secretSettings, sections, settings } from '../../src/config/settings.ts';
import { createDatabase } from '../setup/database.ts';
import { run } from './run.ts';

describe('The reference page of the configuration', () => {
  it('is what the schema of the settings says (npm run docs:configuration writes it)', async () => {
    expect(await readFile(PAGE, 'utf8')).toBe(await configurationPage());
  });

  it('has every setting once, with its values, its default and its meaning', async () => {
    const named = Object.values(sections).flatMap((section) => Object.keys(section));
    expect(named.toSorted()).toEqual(Object.keys(settings.shape).toSorted());
    const rows = (await configurationPage()).split('\n').filter((line) => line.startsWith('| `'));
    expect(rows.map((row) => row.split('`')[1])).toEqual(named);
    for (const row of rows) expect(row).toMatch(/^\| `[A-Z_]+` +\| \S.*? \| \S.*? \| \S.* \|$/);
    expect(rows.find((row) => row.startsWith('| `PORT`'))).toMatch(
      /^\| `PORT` +\| 0 to 65,535 +\| `4000` +\| Port to listen on;/,
    );
  });
});

describe('A setting', () => {
  it('has its default where it is absent or empty', () => {
    const absent = readConfig({});
    expect(absent).toMatchObject({
      port: 4000,
      host: '127.0.0.1',
      limits: { nodes: 10_000 },
      budgets: { points: { slugChecks: 60 } },
    });
    const empty = readConfig(
      Object.fromEntries(Object.keys(settings.shape).map((name) => [name, ''])),
    );
    expect(empty).toEqual(absent);
  });

  it('names several databases, each of which may have several hosts', () => {
    const urls = ['postgres://a@h1,h2:1/d?target_session_attrs=standby', 'postgres://a:b@h3/d'];
    const given = { DATABASE_URL: 'postgres://a@h/d', DATABASE_PASSWORD_FILE: '/run/p' };
    const config = readConfig({ ...given, DATABASE_READ_URL: urls.join(', ') });
    expect(config).toMatchObject({
      databaseUrl: 'postgres://a@h/d?password_file=%2Frun%2Fp',
      databaseReadUrls: [`${urls[0]}&password_file=%2Frun%2Fp`, urls[1]],
      databaseReadWaitMs: 20,
    });
    expect(() => readConfig({ DATABASE_READ_URL: urls[1] })).toThrow(
      'DATABASE_READ_URL is set without DATABASE_URL',
    );
    expect(() => readConfig({ DATABASE_DIRECT_URL: urls[1] })).toThrow(
      'DATABASE_DIRECT_URL is set without DATABASE_URL',
    );
  });

  it.each([
    ['PORT', 'abc', 'must be a whole number from 0 to 65535 (it is "abc")'],
    ['PORT', '70000', 'must be a whole number from 0 to 65535 (it is "70000")'],
    ['PORT', '80.5', 'must be a whole number from 0 to 65535 (it is "80.5")'],
    ['DATABASE_URL', 'mysql://x', 'must be a postgres:// address'],
    ['DATABASE_URL', 'postgres://a@h1,,h2/d', 'must name each of its hosts'],
    ['DATABASE_READ_URL', 'postgres://a@h/d,mysql://x', 'must be a postgres:// address'],
    [
      'DATABASE_READ_URL',
      'postgres://a@h/d, postgres://a@h/d?sslmode=prefer',
      'must have disable, no-verify, require, verify-ca or verify-full as sslmode',
    ],
    ['DATABASE_POOL_SIZE', '0', 'must be a whole number from 1 to 200 (it is "0")'],
    ['STATEMENT_TIMEOUT_MS', '5', 'must be a whole number from 100 to 3600000 (it is "5")'],
    [
      'ORGANIZATION_HEADER',
      'bad header',
      'must be a header name of letters, digits and hyphens (it is "bad header")',
    ],
    ['LOG_LEVEL', 'loud', 'must be debug, info, warn, error or silent (it is "loud")'],
    ['GRAPHIQL', 'maybe', 'must be true or false (it is "maybe")'],
    ['MIGRATE', 'yes', 'must be auto, check or off (it is "yes")'],
    ['CONSOLE', 'yes', 'must be on or off (it is "yes")'],
    ['INTROSPECTION', 'perhaps', 'must be public, authenticated or off (it is "perhaps")'],
    ['MAX_TREE_DEPTH', '65', 'must be a whole number from 1 to 64 (it is "65")'],
    [
      'CORS_ORIGINS',
      'example.com',
      'must be origins such as https://app.example.com, separated by commas (it is "example.com")',
    ],
    [
      'ALLOWED_HOSTS',
      'https://api.example',
      'must be host names without ports, separated by commas (it is "https://api.example")',
    ],
    ['MAX_DOCUMENT_BYTES', '5', 'must be a whole number from 100 to 1000000 (it is "5")'],
    ['MAX_DEPTH', 'deep', 'must be a whole number from 1 to 100 (it is "deep")'],
    ['OPERATION_DEADLINE_MS', '0', 'must be a whole number from 100 to 3600000 (it is "0")'],
    ['DATABASE_POOL_WAIT_MS', '1', 'must be a whole number from 100 to 60000 (it is "1")'],
    ['MAX_CONNECTIONS', '0', 'must be a whole number from 1 to 1000000 (it is "0")'],
    [
      'RATE_COST_PER_MINUTE',
      'plenty',
      'must be a whole number up to 1000000000, or off (it is "plenty")',
    ],
    ['PROVISIONING_IDENTITY', 'stripe', 'must be local or webhook (it is "stripe")'],
    [
      'DNS_SERVERS',
      'ns.example',
      'must be IP addresses, with :port where it is not 53, separated by commas (it is "ns.example")',
    ],
  ])('%s that is %s is refused with what it may be', (name, value, reason) => {
    expect(() => readConfig({ [name]: value })).toThrow(
      new Error(`${name} is not valid: ${reason}.`),
    );
  });

  it('is in the message that refuses it, unless it may hold a password', () => {
    const secret = 'not-an-address-with-swordfish';
    for (const name of Object.keys(settings.shape).filter((one) => /URL|SECRET|KEY/.test(one))) {
      let message = '';
      try {
        readConfig({ [name]: secret });
      } catch (error) {
        message = String(error);
      }
      expect(message).not.toContain('swordfish');
      expect(
        JSON.stringify({ ...readConfig({ STRIPE_API_KEY: secret }).given, message }),
      ).not.toContain('swordfish');
    }
  });
});

describe('A setting that may hold a secret', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'banyan-secrets-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const DATABASE_URL = 'postgres://banyan:swordfish@db.example/banyan';
  const fileWith = async (content: string | Buffer): Promise<string> => {
    const file = path.join(folder, String(content.length));
    await writeFile(file, content);
    return file;
  };

  it('is every one whose value could open something, and has its file on the reference page', async () => {
    // Addresses that open nothing.
    const open = ['INVITATION_URL', 'JWT_JWKS_URL', 'STRIPE_API_URL'];
    const likely = Object.keys(settings.shape).filter(
      (name) => /URL|SECRET|KEY|PASSWORD/.test(name) && !name.endsWith('_FILE'),
    );
    expect([...secretSettings, ...open].toSorted()).toEqual(likely.toSorted());
    const page = await configurationPage();
    for (const name of secretSettings) expect(page).toContain(`Or in a file: \`${name}_FILE\`.`);
  });

  it.each([
    ['', 'nothing'],
    ['\n', 'a line break'],
    ['\r\n', 'a line break of Windows'],
  ])('is read from a file that ends with %j (%s)', async (end) => {
    const DATABASE_URL_FILE = await fileWith(`${DATABASE_URL}${end}`);
    const config = readConfig({ DATABASE_URL_FILE, DATABASE_URL: '' });
    expect(config.databaseUrl).toBe(DATABASE_URL);
    expect(config.given).toEqual({ DATABASE_URL: '[set]' });
    expect(config.misspelt).toEqual([]);
  });

  it('is refused in one sentence, without the secret, when its file is not what it should be', async () => {
    const [good, odd] = [await fileWith(DATABASE_URL), await fileWith('mysql://swordfish')];
    const [empty, large] = [await fileWith('\n\n'), await fileWith(Buffer.alloc(65_537, 'x'))];
    for (const [environment, sentence] of [
      [
        { DATABASE_URL, DATABASE_URL_FILE: good },
        'DATABASE_URL and DATABASE_URL_FILE are both set: keep one of them.',
      ],
      [
        { DATABASE_URL_FILE: odd },
        'DATABASE_URL in DATABASE_URL_FILE is not valid: must be a postgres:// address.',
      ],
      [{ DATABASE_URL_FILE: empty }, `DATABASE_URL_FILE is an empty file: ${empty}.`],
      [{ DATABASE_URL_FILE: large }, `DATABASE_URL_FILE has more than 64 KiB: ${large}.`],
      [{ DATABASE_URL_FILE: '/dev/zero' }, 'DATABASE_URL_FILE has more than 64 KiB: /dev/zero.'],
      [{ DATABASE_URL_FILE: folder }, `DATABASE_URL_FILE cannot be read: ${folder} (EISDIR).`],
      [
        { STRIPE_API_KEY_FILE: '/no/such' },
        'STRIPE_API_KEY_FILE cannot be read: /no/such (ENOENT).',
      ],
    ] as const)
      expect(() => readConfig(environment)).toThrow(new Error(sentence));
  });
});

describe('Signing in to the console', () => {
  const sessions = {
    JWT_JWKS_URL: 'https://login.example/keys',
    JWT_ISSUER: 'https://login.example',
    JWT_AUDIENCE: 'api',
    JWT_ALGORITHMS: 'RS256',
  };
  const CONSOLE_OIDC_CLIENT_ID = 'console';

  it('is done with the provider of the sessions, if it has a client for the console', () => {
    expect(readConfig({ ...sessions, CONSOLE_OIDC_CLIENT_ID }).console).toEqual({
      signIn: {
        issuer: 'https://login.example',
        audience: 'api',
        clientId: 'console',
        scope: 'openid email profile',
      },
    });
    expect(readConfig(sessions).console).toEqual({ signIn: undefined });
    expect(readConfig({ CONSOLE: 'off' }).console).toBe(false);
  });

  it('is refused where no token of the provider would be accepted, or browsers cannot reach it safely', () => {
    expect(() => readConfig({ CONSOLE_OIDC_CLIENT_ID })).toThrow('JWT_ settings are missing');
    for (const JWT_ISSUER of ['login', 'http://login.example', 'javascript:alert(1)'])
      expect(() => readConfig({ ...sessions, JWT_ISSUER, CONSOLE_OIDC_CLIENT_ID })).toThrow(
        'JWT_ISSUER must be an https:// address',
      );
  });
});

describe('A name that looks like a setting and is none', () => {
  it('is told with the setting that was probably meant', () => {
    const misspelt = {
      PROT: 'PORT',
      DATABSE_URL: 'DATABASE_URL',
      RATE_LIMIT: 'RATE_LIMITS',
      MAX_NODE: 'MAX_NODES',
      DATABASE_URL_FILES: 'DATABASE_URL_FILE',
      database_url: 'DATABASE_URL',
    };
    const environment = Object.fromEntries(Object.keys(misspelt).map((name) => [name, 'x']));
    expect(readConfig(environment).misspelt).toEqual(
      Object.entries(misspelt).map(([name, meant]) => ({ name, meant })),
    );
  });

  it('is no common variable of the environment, and nothing that is empty', () => {
    const common =
      'HOME PATH Path PWD OLDPWD USER LOGNAME SHELL TERM LANG LC_ALL TZ TMPDIR EDITOR PAGER MAIL HOSTNAME HOSTTYPE DEBUG CI TEST VITEST ' +
      'NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS INIT_CWD SSH_TTY PGHOST PGPORT PGUSER PGDATABASE PGPASSWORD HTTP_PROXY HTTPS_PROXY ' +
      'NO_PROXY no_proxy KUBERNETES_PORT KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT REDIS_HOST REDIS_PORT DB_HOST DB_PORT ' +
      'npm_config_cache WORKDIR';
    const environment = Object.fromEntries(common.split(' ').map((name) => [name, 'x']));
    expect(readConfig({ ...environment, PROT: '' }).misspelt).toEqual([]);
  });

  it('is in one warning of the log, without its value, and stops nothing', async () => {
    const { url, close } = await createDatabase();
    const { code, stderr } = await run(['migrate'], {
      DATABASE_URL: url,
      PROT: '4113',
      DATABSE_URL: 'postgres://x:swordfish@y/z',
    });
    expect(code).toBe(0);
    const lines = stderr.split('\n').filter((line) => line.includes('setting'));
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      {
        level: 40,
        names: ['PROT', 'DATABSE_URL'],
        msg: 'the environment has what is no setting: PROT (did you mean PORT?), DATABSE_URL (did you mean DATABASE_URL?)',
      },
    ]);
    for (const value of ['4113', 'swordfish']) expect(stderr).not.toContain(value);
    await close();
  });
});
