/** A TCP proxy between the gateway and its database, which loses what passes it as a test says. */
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/**
 * - `pass`: everything goes through;
 * - `swallow`: nothing goes through in either direction, and nobody is told: a host that has vanished;
 * - `swallow replies`: statements arrive, their answers do not;
 * - `stall`: nothing goes through, and all of it is delivered once packets pass again: a server that was frozen.
 */
export type ProxyMode = 'pass' | 'swallow' | 'swallow replies' | 'stall';

export interface Proxy {
  /** The address of a database, through the proxy. */
  through(url: string): string;
  /** What happens to packets from now on; connections stay as they are. */
  mode(mode: ProxyMode): void;
  /** Holds packets back for this long in each direction. */
  delay(milliseconds: number): void;
  /** Resets all connections. */
  cut(): void;
  /** Refuses new connections until it is called with `false`. */
  refuse(refused: boolean): void;
  /** Loses the next statement with this text, or its reply; the connection that it is sent over is silent from then on. */
  lose(what: 'statement' | 'reply', text: string): void;
  /** Connections that are open towards the gateway. */
  readonly size: number;
  close(): Promise<void>;
}

/** Starts a proxy in front of the server of a database address. */
export async function startProxy(target: string): Promise<Proxy> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<{ near: Socket; far: Socket }>();
  let mode: ProxyMode = 'pass';
  let delayMs = 0;
  let refused = false;
  let held: (() => void)[] = [];
  let trap: { what: 'statement' | 'reply'; text: string } | undefined;

  const server = createServer((near) => {
    if (refused) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(Number(port), hostname);
    const pair = { near, far };
    let isMute = false;
    let isDeaf = false;
    pairs.add(pair);
    const pump = (from: Socket, to: Socket, isReply: boolean): void => {
      from.setNoDelay(true);
      from.on('data', (packet) => {
        if (trap && !isReply && packet.includes(trap.text)) {
          isDeaf = true;
          isMute = trap.what === 'statement';
          trap = undefined;
        }
        const deliver = (): void => void (to.writable && to.write(packet));
        if (mode === 'swallow' || (isReply ? isDeaf || mode === 'swallow replies' : isMute)) return;
        if (mode === 'stall') held.push(deliver);
        else if (delayMs > 0) setTimeout(deliver, delayMs);
        else deliver();
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        pairs.delete(pair);
        // A host that has vanished does not say goodbye either.
        if (mode === 'pass') to.destroy();
        else held.push(() => to.destroy());
      });
    };
    pump(near, far, false);
    pump(far, near, true);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = (server.address() as AddressInfo).port;

  return {
    through(url) {
      const address = new URL(url);
      address.hostname = '127.0.0.1';
      address.port = String(own);
      return address.href;
    },
    mode(next) {
      mode = next;
      if (mode !== 'pass') return;
      const deliveries = held;
      held = [];
      for (const deliver of deliveries) deliver();
    },
    delay: (milliseconds) => void (delayMs = milliseconds),
    cut() {
      for (const { near, far } of pairs) {
        near.resetAndDestroy();
        far.destroy();
      }
    },
    refuse: (next) => void (refused = next),
    lose: (what, text) => void (trap = { what, text }),
    get size() {
      return pairs.size;
    },
    close() {
      for (const { near, far } of pairs) {
        near.destroy();
        far.destroy();
      }
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
