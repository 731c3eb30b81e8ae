/** A client of an address: finds the host that fits, and reads the password when it connects. */
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { parseAddress, type Address, type ServerReport } from './address.ts';

/** The maximum length of a password file; tokens that stand for passwords have some 2 kB. */
const PASSWORD_CHARACTERS_MAX = 16_384;

type Connected = (error: Error | null) => void;

/**
 * A client that understands addresses (`address.ts`). Of several hosts all are asked at once, each
 * time that a connection is opened, and the first answer that fits decides: a primary that was
 * replaced, or does not answer any more, is not waited for.
 */
export class AddressClient extends pg.Client {
  readonly #address: Address;
  readonly #config: pg.ClientConfig;

  constructor(config: pg.ClientConfig = {}) {
    const address = parseAddress(config.connectionString ?? '');
    const [connectionString = ''] = address.urls;
    super({ ...config, connectionString });
    this.#config = config;
    this.#address = address;
    readsPassword(this, address);
  }

  // `pg` declares a callback for success and one for failure.
  override connect(): Promise<pg.Client>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<pg.Client> | void {
    const isAlone = this.#address.urls.length === 1;
    if (!callback) return isAlone ? super.connect() : this.#choose().then(() => super.connect());
    if (isAlone) super.connect(callback);
    else void this.#connectTo(callback);
  }

  async #connectTo(callback: Connected): Promise<void> {
    let failure: Error | undefined;
    await this.#choose().catch((error: unknown) => (failure = error as Error));
    if (failure) callback(failure);
    else super.connect(callback);
  }

  /** Chooses the host to connect to. Rejects with the errors of all hosts if none fits. */
  async #choose(): Promise<void> {
    const scouts = this.#address.urls.map((connectionString) => {
      const scout = new pg.Client({ ...this.#config, connectionString });
      readsPassword(scout, this.#address);
      return scout;
    });
    try {
      const looks = scouts.map((scout) => this.#look(scout));
      const { host, port } = await Promise.any(looks);
      Object.assign(this, { host, port });
    } finally {
      for (const scout of scouts) scout.end().catch(() => undefined);
    }
  }

  async #look(scout: pg.Client): Promise<pg.Client> {
    const report: ServerReport = { isStandby: false, isReadOnly: false };
    scout.on('error', () => undefined);
    // Every server reports both when a connection is opened.
    connectionOf(scout).on('parameterStatus', ({ parameterName, parameterValue }: Status) => {
      if (parameterName === 'in_hot_standby') report.isStandby = parameterValue === 'on';
      if (parameterName === 'default_transaction_read_only')
        report.isReadOnly = parameterValue === 'on';
    });
    await scout.connect();
    if (this.#address.fits(report)) return scout;
    throw new Error(`No host fits: ${scout.host} is not ${this.#address.target}`);
  }
}

interface Status {
  parameterName: string;
  parameterValue: string;
}

/** The part of a client that speaks the protocol, which the types of `pg` do not expose. */
export function connectionOf(client: pg.Client): pg.Connection {
  return (client as unknown as { connection: pg.Connection }).connection;
}

function readsPassword(client: pg.Client, { passwordFile }: Address): void {
  if (passwordFile === undefined) return;
  const password = async (): Promise<string> => {
    try {
      const text = (await readFile(passwordFile, 'utf8')).trim();
      if (text.length <= PASSWORD_CHARACTERS_MAX) return text;
      throw new RangeError(`more than ${PASSWORD_CHARACTERS_MAX} characters`);
    } catch (cause) {
      throw new Error('No password: DATABASE_PASSWORD_FILE cannot be read', { cause });
    }
  };
  Object.assign(client, { password });
}
