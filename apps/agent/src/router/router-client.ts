import type { RouteTable } from '@berth/contracts/runtime';
import type { Logger } from 'pino';
import { z } from 'zod';
import { type AgentClock, type Cancel, systemClock } from '../clock.js';
import type { AppRouter } from './app-router.js';
import { type SocketAnswer, socketRequest } from './socket-request.js';

export interface RouterClientOptions {
  /** Control socket of the gateway. */
  readonly socketPath: string;
  readonly logger: Logger;
  readonly clock?: AgentClock;
}

const WATCH_EVERY = 1_000;
const ANSWER_WITHIN = 5_000;
const versioned = z.object({ version: z.int().nullable() });

/** Speaks to the gateway's control socket, and states the table again when the gateway has lost it. */
export class RouterClient implements AppRouter {
  private table: RouteTable | undefined;
  private readonly stopWatching: Cancel;
  private watching = false;

  constructor(private readonly options: RouterClientOptions) {
    this.stopWatching = (options.clock ?? systemClock).every(WATCH_EVERY, () => void this.watch());
  }

  /** @throws Error when the gateway does not take the table; it is stated again as soon as the gateway answers. */
  async publish(table: RouteTable): Promise<void> {
    this.table = table;
    expectSuccess('PUT /routes', await this.send('PUT', '/routes', table, ANSWER_WITHIN));
  }

  async drain(upstreamId: string, timeoutMilliseconds: number): Promise<void> {
    const body = { upstreamId, timeoutMilliseconds };
    const answer = await this.send('POST', '/drain', body, timeoutMilliseconds + ANSWER_WITHIN);
    expectSuccess('POST /drain', answer);
  }

  close(): void {
    this.stopWatching();
  }

  private async watch(): Promise<void> {
    if (!this.table || this.watching) return;
    this.watching = true;
    try {
      const answer = await this.send('GET', '/routes', undefined, ANSWER_WITHIN);
      const version = versioned.safeParse(answer.body).data?.version;
      // Older only: a newer one may be in effect while the answer was on its way.
      if (answer.status === 200 && (version ?? -1) < this.table.version) await this.publish(this.table);
    } catch (error) {
      this.options.logger.debug({ err: error }, 'the gateway does not answer');
    } finally {
      this.watching = false;
    }
  }

  private send(method: 'GET' | 'PUT' | 'POST', path: string, body: unknown, timeout: number): Promise<SocketAnswer> {
    return socketRequest({ socketPath: this.options.socketPath, method, path, body, timeoutMilliseconds: timeout });
  }
}

function expectSuccess(what: string, answer: SocketAnswer): void {
  if (answer.status < 200 || answer.status > 299) throw new Error(`The gateway answered ${answer.status} to ${what}.`);
}
