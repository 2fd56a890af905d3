import { Agent } from 'node:http';

/**
 * Idle upstream connections are closed early, well before the keep-alive timeouts that servers have (gunicorn 2 s, Node
 * and uvicorn 5 s): a request that may not be repeated must never meet a connection that its server is just closing.
 */
const IDLE_MILLISECONDS = 1_500;

export class UpstreamAgents {
  readonly reused = new Agent({
    keepAlive: true,
    scheduling: 'lifo',
    maxFreeSockets: 1_024,
    timeout: IDLE_MILLISECONDS,
  });
  /** For what must not meet a stale connection: retries and upgrades. */
  readonly fresh = new Agent({ keepAlive: false });

  close(): void {
    this.reused.destroy();
    this.fresh.destroy();
  }
}
