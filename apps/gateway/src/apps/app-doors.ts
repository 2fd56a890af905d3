import type { Server } from 'node:http';
import type { Door } from '@berth/contracts/runtime';
import type { CancelTimer, Clock } from '../clock.js';
import type { GatewayLogger } from '../logger.js';

const RETRY_MILLISECONDS = 1_000;

interface Opened {
  readonly host: string;
  readonly server: Server;
}

const keyOf = ({ address, port }: Door): string => `${address}:${port}`;

/**
 * Loopback addresses that each lead to one app: how processes of this machine reach each other. One that cannot be opened
 * keeps nobody else waiting, and is tried again.
 */
export class AppDoors {
  private wanted: readonly Door[] = [];
  private readonly opened = new Map<string, Opened>();
  private turn: Promise<void> = Promise.resolve();
  private cancelRetry: CancelTimer = () => undefined;
  private isClosed = false;

  constructor(
    private readonly serverFor: (host: string) => Server,
    private readonly clock: Clock,
    private readonly logger: GatewayLogger,
  ) {}

  /** Resolves when all are open that can be. What is not among them is closed; requests that run go on. */
  state(doors: readonly Door[]): Promise<void> {
    this.wanted = doors;
    return (this.turn = this.turn.then(() => this.bring()));
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.cancelRetry();
    await this.turn;
    for (const [key, { server }] of this.opened) {
      this.shut(key);
      server.closeAllConnections();
    }
  }

  private async bring(): Promise<void> {
    if (this.isClosed) return;
    this.cancelRetry();
    const wanted = new Map(this.wanted.map((door) => [keyOf(door), door]));
    for (const [key, { host }] of this.opened) if (wanted.get(key)?.host !== host) this.shut(key);
    const missing = [...wanted.values()].filter((door) => !this.opened.has(keyOf(door)));
    const results = await Promise.all(missing.map((door) => this.open(door)));
    if (results.every(Boolean)) return;
    this.cancelRetry = this.clock.after(RETRY_MILLISECONDS, () => void this.state(this.wanted));
  }

  private async open(door: Door): Promise<boolean> {
    const server = this.serverFor(door.host);
    try {
      await listen(server, door);
      this.opened.set(keyOf(door), { host: door.host, server });
      return true;
    } catch (error) {
      this.logger.error({ err: error, ...door }, 'a link leads nowhere: its address cannot be listened on');
      return false;
    }
  }

  private shut(key: string): void {
    this.opened.get(key)?.server.close();
    this.opened.delete(key);
  }
}

async function listen(server: Server, { address, port }: Door): Promise<void> {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, address, resolve));
}
