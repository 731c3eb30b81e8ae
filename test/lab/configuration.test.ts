import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  GATEWAY_PORTS,
  haproxyFile,
  LOOP_WAIT_SECONDS,
  MEMBERS,
  patroniFile,
  pgbouncerFile,
  primaryUrl,
  TTL_SECONDS,
} from '../../deploy/lab/layout.ts';
import { readOptions } from '../../deploy/lab/options.ts';
import { fill } from '../../deploy/lab/template.ts';
import { parseAddress } from '../../src/database/address.ts';

const variant = { route: 'haproxy', synchronousMode: 'quorum' } as const;

interface Patroni {
  name: string;
  bootstrap: {
    dcs: { ttl: number; loop_wait: number; retry_timeout: number; synchronous_mode: string };
  };
  postgresql: { listen: string };
}

describe('A template', () => {
  it('gets its values, outside of comments', () => {
    expect(fill('# ${name}\nlisten: ${name}:${port}\n', { name: 'a', port: '1' })).toBe(
      '# ${name}\nlisten: a:1\n',
    );
  });

  it('is refused if a value is missing', () => {
    expect(() => fill('listen: ${nmae}', { name: 'a' })).toThrow('${nmae} has no value');
  });
});

describe('The configuration', () => {
  it('of Patroni is YAML, and its lease outlasts a loop with two retries', async () => {
    for (const member of MEMBERS) {
      const { name, bootstrap, postgresql } = parse(
        await patroniFile(member, '/lab/m', variant),
      ) as Patroni;
      const { ttl, loop_wait: loop, retry_timeout: retry, synchronous_mode: mode } = bootstrap.dcs;
      expect({ name, listen: postgresql.listen, mode }).toEqual({
        name: member.name,
        listen: `${member.address}:5432`,
        mode: 'quorum',
      });
      expect(ttl).toBeGreaterThanOrEqual(loop + 2 * retry);
      // The bounds of the table rest on them.
      expect({ ttl, loop }).toEqual({ ttl: TTL_SECONDS, loop: LOOP_WAIT_SECONDS });
    }
  });

  it('of HAProxy asks every member and every gateway, and listens on loopback only', async () => {
    const text = await haproxyFile();
    for (const { name, address } of MEMBERS)
      expect(text.split(`  server ${name} ${address}:5432 port 8008\n`)).toHaveLength(3);
    for (const port of GATEWAY_PORTS)
      expect(text).toContain(`  server g${port} 127.0.0.1:${port}\n`);
    for (const [, address] of text.matchAll(/^ +bind (\S+):\d+$/gm))
      expect(address).toBe('127.0.0.1');
  });

  it('of HAProxy gives callers JSON with a code and an outcome where no gateway answers', async () => {
    const bodies = [
      ...(await haproxyFile()).matchAll(/http-error status (\d+) .* string '(.*)' /g),
    ];
    expect(bodies.map(([, status]) => status)).toEqual(['502', '503', '504']);
    for (const [, , body = ''] of bodies)
      expect(JSON.parse(body)).toMatchObject({
        errors: [{ extensions: { code: 'UNAVAILABLE', outcome: 'UNKNOWN' } }],
      });
  });

  it('of PgBouncer listens on loopback only, in transaction mode with prepared statements', async () => {
    const text = await pgbouncerFile('/lab');
    expect(text).toMatch(/^listen_addr = 127\.0\.0\.1$/m);
    expect(text).toMatch(/^pool_mode = transaction$/m);
    expect(text).toMatch(/^max_prepared_statements = 500$/m);
  });

  it('of gateways leads to the members, or to HAProxy', () => {
    const { urls, target } = parseAddress(primaryUrl('banyan', 'hosts'));
    expect(urls).toHaveLength(MEMBERS.length);
    expect(target).toBe('read-write');
    expect(new URL(primaryUrl('banyan', 'haproxy')).host).toBe('127.0.0.1:5000');
  });
});

describe('The options', () => {
  it('choose all faults once, unless others are named', () => {
    const { runs, faults } = readOptions([]);
    expect({ runs, faults: faults.length }).toEqual({ runs: 1, faults: 8 });
    expect(readOptions(['--only', 'frozen,killed']).faults.map(({ name }) => name)).toEqual([
      'frozen',
      'killed',
    ]);
  });

  it.each([
    [['--runs', 'many'], '--runs is many'],
    [['--only', 'floods'], '--only does not know floods'],
    [['--route', 'air'], '--route does not know air'],
    [['--quickly'], 'Unknown option'],
  ])('are refused if they make no sense: %o', (args, reason) => {
    expect(() => readOptions(args)).toThrow(reason);
  });
});
