import {
  type AnswerCount,
  answerCount,
  type EgressCounts,
  egressCounts,
  type RouteTable,
} from '@berth/contracts/runtime';
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
  /** Added to versions of tables. */
  private lead = 0;

  constructor(private readonly options: RouterClientOptions) {
    this.stopWatching = (options.clock ?? systemClock).every(WATCH_EVERY, () => void this.watch());
  }

  /** @throws Error when the gateway does not take the table; it is stated again as soon as the gateway answers. */
  async publish(table: RouteTable): Promise<void> {
    this.table = table;
    const answer = await this.put(table);
    // A gateway that outlived an agent with a faster clock holds a higher version: ours go on from there.
    if (answer.status === 409) this.lead += await this.behind(table);
    expectSuccess('PUT /routes', answer.status === 409 ? await this.put(table) : answer);
  }

  async drain(upstreamId: string, timeoutMilliseconds: number): Promise<void> {
    const body = { upstreamId, timeoutMilliseconds };
    const answer = await this.send('POST', '/drain', body, timeoutMilliseconds + ANSWER_WITHIN);
    expectSuccess('POST /drain', answer);
  }

  async answers(): Promise<AnswerCount[]> {
    const answer = await this.send('GET', '/answers', undefined, ANSWER_WITHIN);
    expectSuccess('GET /answers', answer);
    return answerCount.array().parse(answer.body);
  }

  async egress(): Promise<EgressCounts> {
    const answer = await this.send('GET', '/egress', undefined, ANSWER_WITHIN);
    expectSuccess('GET /egress', answer);
    return egressCounts.parse(answer.body);
  }

  async acceptEgress(counts: EgressCounts): Promise<void> {
    expectSuccess('POST /egress/accepted', await this.send('POST', '/egress/accepted', counts, ANSWER_WITHIN));
  }

  close(): void {
    this.stopWatching();
  }

  private put(table: RouteTable): Promise<SocketAnswer> {
    return this.send('PUT', '/routes', { ...table, version: table.version + this.lead }, ANSWER_WITHIN);
  }

  private async behind(table: RouteTable): Promise<number> {
    const held = (await this.heldVersion()) ?? 0;
    return Math.max(0, held + 1 - table.version - this.lead);
  }

  private async heldVersion(): Promise<number | undefined> {
    const { status, body } = await this.send('GET', '/routes', undefined, ANSWER_WITHIN);
    return status === 200 ? (versioned.safeParse(body).data?.version ?? -1) : undefined;
  }

  private async watch(): Promise<void> {
    if (!this.table || this.watching) return;
    this.watching = true;
    try {
      const held = await this.heldVersion();
      // Older only: a newer one may be in effect while the answer was on its way.
      if (held !== undefined && held < this.table.version + this.lead) await this.publish(this.table);
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
