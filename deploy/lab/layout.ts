/** Who is where in the lab's own network, and how they are configured. */
import { randomBytes } from 'node:crypto';
import { configuration } from './template.ts';

/** The machine of everything but the members of the database. */
export const HUB = '10.77.0.1';
export const NETWORK = '10.77.0.0/24';

/** A machine of the cluster. */
export interface Place {
  name: string;
  address: string;
}
export const MEMBERS: readonly Place[] = [1, 2, 3].map((n) => ({
  name: `m${n}`,
  address: `10.77.0.${10 + n}`,
}));

export const GATEWAY_PORTS = [4001, 4002, 4003] as const;
/** HAProxy's ports. */
export const PORTS = {
  api: 4000,
  primary: 5000,
  standbys: 5001,
  pooler: 6432,
  etcd: 2379,
} as const;

/** What Patroni is told; the bounds of the table follow from it. */
export const TTL_SECONDS = 20;
export const LOOP_WAIT_SECONDS = 5;

/** What is compared with each other. */
export interface Variant {
  /** How gateways reach the primary. */
  route: 'hosts' | 'haproxy';
  /** `synchronous_mode` of Patroni: one standby by name, or any of them. */
  synchronousMode: 'on' | 'quorum';
}

/** Passwords of one run, which nothing outside of it ever needs. */
export const password = randomBytes(12).toString('hex');

const LISTEN = '127.0.0.1';
const FAST_INTERVAL = '250ms';

export const patroniFile = (
  { name, address }: Place,
  folder: string,
  { synchronousMode }: Variant,
): Promise<string> =>
  configuration('patroni.yml', {
    name,
    address,
    folder,
    password,
    synchronousMode,
    network: NETWORK,
    etcd: `${HUB}:${PORTS.etcd}`,
  });

export const haproxyFile = (): Promise<string> =>
  configuration('haproxy.cfg', {
    listen: LISTEN,
    fastInterval: FAST_INTERVAL,
    gateways: GATEWAY_PORTS.map((port) => `  server g${port} ${LISTEN}:${port}`).join('\n'),
    members: MEMBERS.map(({ name, address }) => `  server ${name} ${address}:5432 port 8008`).join(
      '\n',
    ),
  });

export const pgbouncerFile = (folder: string): Promise<string> =>
  configuration('pgbouncer.ini', { listen: LISTEN, folder });

const at = (role: string, hosts: string, more = ''): string =>
  `postgres://${role}:${password}@${hosts}/banyan${more}`;

/** All members; the one that takes writes is used. */
const hosts = MEMBERS.map(({ address }) => `${address}:5432`).join(',');
export const OWNER = 'banyan';
export const GATEWAY_ROLE = 'banyan_gateway';

/** The primary for a role, whichever member it is. */
export const primaryUrl = (role: string, route: Variant['route'] = 'hosts'): string =>
  route === 'hosts'
    ? at(role, hosts, '?target_session_attrs=read-write')
    : at(role, `${LISTEN}:${PORTS.primary}`);
export const pooledUrl = at(GATEWAY_ROLE, `${LISTEN}:${PORTS.pooler}`);
export const standbysUrl = at(GATEWAY_ROLE, `${LISTEN}:${PORTS.standbys}`);
/** The database that exists from the start, for the superuser. */
export const superuserUrl = (address: string): string =>
  `postgres://postgres:${password}@${address}:5432/postgres`;
