/** etcd, three members of Patroni with PostgreSQL, and HAProxy and PgBouncer before them. */
import { chown, writeFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import {
  GATEWAY_ROLE,
  HUB,
  OWNER,
  PORTS,
  haproxyFile,
  password,
  patroniFile,
  pgbouncerFile,
  superuserUrl,
  type Variant,
} from './layout.ts';
import { serverAccount } from './packages.ts';
import { start, type Program, type Start } from './processes.ts';
import { layCables, mountDisk, openSystem, type Machine } from './sandbox.ts';
import { until } from './wait.ts';

const DISK_MEGABYTES = 768;
const PATRONI_PORT = 8008;
const ASK_MS = 3_000;
const ROLE_SECONDS = 30;

/** A member as Patroni describes it. */
export interface MemberState {
  name: string;
  role: string;
  state: string;
  timeline?: number;
}

/** What the lab is made of. */
export interface ClusterOptions {
  /** Folder of the programs. */
  system: string;
  /** Folder of this run. */
  folder: string;
  variant: Variant;
}

/** The cluster, once it runs. */
export class Cluster {
  readonly machines: Machine[];
  readonly #options: ClusterOptions;
  readonly #patronis = new Map<string, Program>();

  private constructor(options: ClusterOptions, machines: Machine[]) {
    this.#options = options;
    this.machines = machines;
  }

  /** Starts everything, and resolves when the three members are in step. */
  static async start(options: ClusterOptions): Promise<Cluster> {
    const cluster = new Cluster(options, await layCables());
    await cluster.#prepare();
    await openSystem(options.system, options.folder);
    cluster.#run('etcd', cluster.#etcdCommand());
    for (const machine of cluster.machines) cluster.startMember(machine);
    await cluster.untilInStep(300);
    cluster.#run('haproxy', ['haproxy', '-db', '-f', '/lab/haproxy.cfg']);
    cluster.#run('pgbouncer', ['pgbouncer', '/lab/pgbouncer.ini']);
    return cluster;
  }

  /** The folder of a member's files, which is a disk of its own. */
  disk(machine: Machine): string {
    return path.join(this.#options.folder, machine.name);
  }

  /** The Patroni of a machine. */
  patroni(machine: Machine): Program {
    const program = this.#patronis.get(machine.name);
    if (!program) throw new Error(`no Patroni was started on ${machine.name}`);
    return program;
  }

  /** Starts Patroni, which starts PostgreSQL. */
  startMember(machine: Machine): void {
    const command = ['patroni', `/lab/${machine.name}.yml`];
    this.#patronis.set(machine.name, this.#run(machine.name, command, machine));
  }

  /** Starts members that have ended. */
  restartMembers(): void {
    for (const machine of this.machines)
      if (!this.patroni(machine).isRunning()) this.startMember(machine);
  }

  /** What Patroni says of the members. */
  async states(): Promise<MemberState[]> {
    const answers = this.machines.map(async ({ address }) => {
      const response = await fetch(`http://${address}:${PATRONI_PORT}/cluster`, {
        signal: AbortSignal.timeout(ASK_MS),
      });
      return ((await response.json()) as { members: MemberState[] }).members;
    });
    return Promise.any(answers);
  }

  /** The machine whose member has one of these roles. */
  machineOf(...roles: string[]): Promise<Machine> {
    return until(`a member is ${roles.join(' or ')}`, ROLE_SECONDS, async () => {
      const name = (await this.states()).find(({ role }) => roles.includes(role))?.name;
      return this.machines.find((machine) => machine.name === name);
    });
  }

  /** The machine of the primary. */
  primary(): Promise<Machine> {
    return this.machineOf('leader');
  }

  /** The machine of a standby that has everything that was acknowledged. */
  synchronousStandby(): Promise<Machine> {
    return this.machineOf('sync_standby', 'quorum_standby');
  }

  /** Waits until there is a primary, and the other two stream from it, synchronously as configured. */
  async untilInStep(seconds: number): Promise<void> {
    const synchronous = this.#options.variant.synchronousMode === 'quorum' ? 2 : 1;
    await until('the members are in step', seconds, async () => {
      const states = await this.states();
      const count = (matches: (state: MemberState) => boolean): number =>
        states.filter(matches).length;
      const isInStep =
        count(({ role, state }) => role === 'leader' && state === 'running') === 1 &&
        count(({ state }) => state === 'streaming') === this.machines.length - 1 &&
        count(({ role }) => /^(?:sync|quorum)_standby$/.test(role)) === synchronous &&
        new Set(states.map(({ timeline }) => timeline)).size === 1;
      return isInStep || undefined;
    });
  }

  /** Asks for another primary. Resolves when Patroni says that it is done. */
  async switchOver(): Promise<void> {
    const [leader, candidate] = [await this.primary(), await this.synchronousStandby()];
    const response = await fetch(`http://${leader.address}:${PATRONI_PORT}/switchover`, {
      method: 'POST',
      body: JSON.stringify({ leader: leader.name, candidate: candidate.name }),
    });
    if (!response.ok) throw new Error(`Patroni refused a switchover: ${await response.text()}`);
  }

  /** Creates the roles and the database, as an administrator would do it once. */
  async createDatabase(): Promise<void> {
    const { address } = await this.primary();
    const client = new pg.Client({ connectionString: superuserUrl(address) });
    await client.connect();
    await client.query(`create role ${OWNER} login password '${password}'`);
    await client.query(`create role ${GATEWAY_ROLE} login password '${password}'`);
    await client.query(`create database banyan owner ${OWNER}`);
    // What a gateway asks for at the start of a connection, which poolers do not pass on.
    await client.query(`alter role ${GATEWAY_ROLE} set timezone = 'UTC'`);
    await client.query(`alter role ${GATEWAY_ROLE} set plan_cache_mode = 'force_generic_plan'`);
    await client.query(`alter role ${GATEWAY_ROLE} set jit = off`);
    await client.query(`alter role ${GATEWAY_ROLE} set statement_timeout = '30s'`);
    await client.end();
  }

  async #prepare(): Promise<void> {
    const { folder, system, variant } = this.#options;
    const { uid, gid } = await serverAccount(system);
    const put = async (file: string, text: string): Promise<void> => {
      await writeFile(path.join(folder, file), text, { mode: 0o600 });
      await chown(path.join(folder, file), uid, gid);
    };
    await mountDisk(path.join(folder, 'etcd'), DISK_MEGABYTES);
    await chown(path.join(folder, 'etcd'), uid, gid);
    for (const machine of this.machines) {
      const disk = this.disk(machine);
      await mountDisk(disk, DISK_MEGABYTES);
      await chown(disk, uid, gid);
      await put(`${machine.name}.yml`, await patroniFile(machine, `/lab/${machine.name}`, variant));
    }
    await put('haproxy.cfg', await haproxyFile());
    await put('pgbouncer.ini', await pgbouncerFile('/lab'));
    await put('userlist.txt', `"${GATEWAY_ROLE}" "${password}"\n`);
  }

  #etcdCommand(): string[] {
    const client = `http://${HUB}:${PORTS.etcd}`;
    const peer = 'http://127.0.0.1:2380';
    const settings = {
      name: 'lab',
      'data-dir': '/lab/etcd/data',
      'listen-client-urls': client,
      'advertise-client-urls': client,
      'listen-peer-urls': peer,
      'initial-advertise-peer-urls': peer,
      'initial-cluster': `lab=${peer}`,
    };
    return ['etcd', ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`)];
  }

  #run(name: string, command: Start['command'], machine?: Machine): Program {
    const { folder, system } = this.#options;
    const log = path.join(folder, 'logs', `${name}.log`);
    return start({ command, machine, system: { root: system, account: 'postgres:postgres' }, log });
  }
}
