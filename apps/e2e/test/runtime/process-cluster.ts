import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type RunningAgent, startAgent } from '@berth/agent';
import { ProcessRuntime } from '@berth/deployment-management';
import { createLogger } from '@berth/service-kit';
import type { SlugShelf } from './slug-shelf.js';
import { TinyRouter } from './tiny-router.js';

/** What the platform takes for a cluster: a real agent with real processes behind a router of its own. */
export class ProcessCluster {
  private constructor(
    readonly runtime: ProcessRuntime,
    /** Where its routes answer. */
    readonly url: string,
    private readonly agent: RunningAgent,
    private readonly router: TinyRouter,
    private readonly folder: string,
  ) {}

  static async start(shelf: SlugShelf): Promise<ProcessCluster> {
    const folder = mkdtempSync(join(tmpdir(), 'berth-cluster-'));
    chmodSync(folder, 0o711);
    const socketPath = join(folder, 'agent.sock');
    const router = new TinyRouter();
    const url = await router.listen();
    const agent = await startAgent({
      ...{ folder: join(folder, 'agent'), socketPath, blobs: shelf.open, router, isolateUsers: false },
      logger: createLogger('agent', 'silent'),
      toolPath: dirname(process.execPath),
      tuning: { backoff: 200, settle: 300, hold: 300, sample: 200, workerReady: 300 },
    });
    return new ProcessCluster(new ProcessRuntime(socketPath, url), url, agent, router, folder);
  }

  async close(): Promise<void> {
    await this.agent.close();
    await this.router.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
