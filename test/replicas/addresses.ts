/**
 * Tests of addresses with several hosts, with TLS, and with a password in a file. They share the
 * servers of the tests of standbys, since to start servers takes longer than to run them.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { addressProblem, withPasswordFile } from '../../src/database/address.ts';
import { AddressClient } from '../../src/database/address-client.ts';
import { cancelStatement } from '../../src/database/cancel-statement.ts';
import { isUnavailable } from '../../src/errors.ts';
import type { TestPrimary, TestStandby } from '../setup/standby.ts';

/** Declares the tests, over servers that are there when they run. */
export function addressTests(servers: () => { primary: TestPrimary; standby: TestStandby }): void {
  let primary: TestPrimary;
  let standby: TestStandby;
  let folder: string;

  beforeAll(async () => {
    ({ primary, standby } = servers());
    folder = await mkdtemp(path.join(tmpdir(), 'banyan-addresses-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const part = (url: string): URL => new URL(url);

  /** The address with other hosts and parameters. */
  function address(hosts: readonly string[], parameters: Record<string, string> = {}): string {
    const { username, password, pathname } = part(primary.url);
    return `postgres://${username}:${password}@${hosts.join()}${pathname}?${new URLSearchParams(parameters).toString()}`;
  }

  async function ask<Row>(url: string, text: string): Promise<Row | undefined> {
    const client = new AddressClient({ connectionString: url, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query<Row & object>(text);
    await client.end();
    return rows[0];
  }

  const PORT = 'select inet_server_port() as port, pg_is_in_recovery() as "isStandby"';

  describe('an address with several hosts', () => {
    it('leads to the one that fits, whatever their order and whoever is away', async () => {
      const hosts = [part(standby.url).host, '127.0.0.1:1', part(primary.url).host];
      const port = (url: string): number => Number(part(url).port);
      for (const [target, expected] of [
        ['read-write', { port: port(primary.url), isStandby: false }],
        ['primary', { port: port(primary.url), isStandby: false }],
        ['standby', { port: port(standby.url), isStandby: true }],
        ['read-only', { port: port(standby.url), isStandby: true }],
      ] as const)
        for (const order of [hosts, hosts.toReversed()])
          expect(await ask(address(order, { target_session_attrs: target }), PORT)).toEqual(
            expected,
          );
      expect(await ask(address(hosts), PORT)).toBeDefined();
    });

    it('does not wait for a host that never answers', async () => {
      const startedAt = performance.now();
      // No packet reaches this address, which is for documentation.
      const hosts = ['192.0.2.1:5432', part(primary.url).host];
      await ask(address(hosts, { target_session_attrs: 'read-write' }), PORT);
      expect(performance.now() - startedAt).toBeLessThan(4_000);
    });

    it('counts as unavailable while no host fits', async () => {
      const hosts = [part(standby.url).host, '127.0.0.1:1'];
      const refused = await ask(address(hosts, { target_session_attrs: 'primary' }), PORT).catch(
        (error: unknown) => error,
      );
      expect(refused).toBeInstanceOf(AggregateError);
      expect(isUnavailable(refused)).toBe(true);
    });
  });

  it('A password is read from its file for each connection', async () => {
    const { username, password, host, pathname } = part(primary.url);
    const file = path.join(folder, 'password');
    const url = withPasswordFile(`postgres://${username}@${host}${pathname}`, file);
    expect(isUnavailable(await ask(url, PORT).catch((error: unknown) => error))).toBe(true);
    await writeFile(file, `${password}\n`);
    expect(await ask(url, PORT)).toBeDefined();
    await primary.run(`alter role ${username} password 'replaced'`);
    expect(isUnavailable(await ask(url, PORT).catch((error: unknown) => error))).toBe(true);
    await writeFile(file, 'replaced');
    expect(await ask(url, PORT)).toBeDefined();
    expect(await ask(`${url}&target_session_attrs=primary`, PORT)).toBeDefined();
    const several = url.replace(host, `127.0.0.1:1,${host}`);
    expect(await ask(several, PORT)).toBeDefined();
    await ask(url, `alter role ${username} password '${password}'`);
    expect(withPasswordFile(primary.url, file)).toBe(primary.url);
  });

  describe('TLS', () => {
    const authority = (): string => path.join(folder, 'authority.crt');

    beforeAll(async () => {
      const openssl = (...args: string[]): void =>
        void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
      const subject = (name: string): string[] => ['-subj', `/CN=${name}`, '-nodes', '-days', '2'];
      const key = ['-newkey', 'rsa:2048', '-keyout'];
      openssl(
        'req',
        '-x509',
        ...key,
        'authority.key',
        '-out',
        'authority.crt',
        ...subject('tests'),
      );
      openssl('req', '-x509', ...key, 'other.key', '-out', 'other.crt', ...subject('others'));
      openssl(
        'req',
        ...key,
        'server.key',
        '-out',
        'server.csr',
        ...subject('localhost').slice(0, 3),
      );
      await writeFile(path.join(folder, 'names'), 'subjectAltName=DNS:localhost\n');
      const signing = ['-CA', 'authority.crt', '-CAkey', 'authority.key', '-CAcreateserial'];
      openssl(
        'x509',
        '-req',
        '-in',
        'server.csr',
        ...signing,
        '-extfile',
        'names',
        '-out',
        'server.crt',
      );
      // The server's account owns its folder, and writes the files itself.
      for (const name of ['server.crt', 'server.key']) {
        const text = await readFile(path.join(folder, name), 'utf8');
        const file = path.join(primary.folder, name);
        await primary.run(
          `copy (select unnest(string_to_array($$${text.trim()}$$, chr(10)))) to '${file}'`,
        );
      }
      execFileSync('chmod', ['600', path.join(primary.folder, 'server.key')]);
      await primary.run(`alter system set ssl = on`);
      await primary.run(`select pg_reload_conf()`);
      await vi.waitFor(async () =>
        expect((await primary.run('show ssl')).rows).toEqual([{ ssl: 'on' }]),
      );
    });

    const encrypted = 'select ssl as "isEncrypted" from pg_stat_ssl where pid = pg_backend_pid()';
    const over = (host: string, parameters: Record<string, string>): Promise<unknown> =>
      ask(address([`${host}:${part(primary.url).port}`], parameters), encrypted).catch(
        (error: unknown) => String(error),
      );

    it('is used and verified as sslmode says', async () => {
      const sslrootcert = authority();
      const yes = { isEncrypted: true };
      expect(await over('localhost', {})).toEqual({ isEncrypted: false });
      expect(await over('localhost', { sslmode: 'no-verify' })).toEqual(yes);
      expect(await over('localhost', { sslmode: 'require' })).toMatch(/certificate/);
      expect(await over('localhost', { sslmode: 'require', sslrootcert })).toEqual(yes);
      expect(await over('localhost', { sslmode: 'verify-full', sslrootcert })).toEqual(yes);
      expect(await over('127.0.0.1', { sslmode: 'verify-full', sslrootcert })).toMatch(/altnames/);
      expect(await over('127.0.0.1', { sslmode: 'verify-ca', sslrootcert })).toEqual(yes);
      const other = path.join(folder, 'other.crt');
      for (const sslmode of ['require', 'verify-ca', 'verify-full'])
        expect(await over('localhost', { sslmode, sslrootcert: other })).toMatch(/certificate/);
    });

    it('covers the choice between hosts, and the request that cancels a statement', async () => {
      const { port } = part(primary.url);
      const parameters = { sslmode: 'verify-full', sslrootcert: authority() };
      const hosts = [`localhost:${port}`, `127.0.0.1:${port}`];
      expect(await ask(address(hosts, parameters), encrypted)).toEqual({ isEncrypted: true });
      const client = new AddressClient({ connectionString: address(hosts, parameters) });
      client.on('error', () => undefined);
      await client.connect();
      const sleeping = client.query('select pg_sleep(30)').catch((error: unknown) => error);
      // One that has not begun cannot be cancelled.
      const begun =
        "select from pg_stat_activity where state = 'active' and query = 'select pg_sleep(30)'";
      await expect.poll(() => ask(primary.url, begun)).toBeDefined();
      let failures = 0;
      await cancelStatement(client, () => failures++);
      expect(await sleeping).toMatchObject({ code: '57014' });
      expect(failures).toBe(0);
      await client.end();
    });
  });

  it('What is wrong with an address is said in words', () => {
    const problems = [
      'postgres://a@h1,h2:5433/d?target_session_attrs=read-write',
      'postgres://a@h/d?target_session_attrs=prefer-standby',
      'postgres://a@h/d?sslmode=prefer',
      'postgres://a@h/d?sslmode=verify-ca',
      'postgres://a@h/d?sslmode=verify-full&sslrootcert=/nowhere/at.all',
      'postgres://a@h1,,h2/d',
      `postgres://a@${'h,'.repeat(8)}h/d`,
      'postgres://a@h:none/d',
    ].map(addressProblem);
    expect(problems).toEqual([
      undefined,
      'must have any, read-write, read-only, primary or standby as target_session_attrs',
      'must have disable, no-verify, require, verify-ca or verify-full as sslmode',
      'must name the authority in sslrootcert for sslmode=verify-ca',
      'names a file in sslrootcert, sslcert or sslkey that cannot be read',
      'must name each of its hosts',
      'must have at most 8 hosts',
      expect.stringMatching(/^must be an address that can be read/),
    ]);
  });
}
