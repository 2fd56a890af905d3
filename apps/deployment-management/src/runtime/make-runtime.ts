import type { Clock } from '@berth/service-kit';
import type { Config } from '../config.js';
import { MemoryRuntime } from './memory/memory-runtime.js';
import { ProcessRuntime } from './process/process-runtime.js';
import type { Runtime } from './runtime.js';

/** The runtime that the installation was set up with. */
export async function makeRuntime(config: Config, clock: Clock): Promise<Runtime> {
  switch (config.RUNTIME) {
    case 'process':
      return new ProcessRuntime(config.AGENT_SOCKET, config.ROUTER_URL);
    case 'kubernetes':
      // Read only where it is used: the client library of Kubernetes is large.
      return (await import('./kubernetes/configured-cluster.js')).configuredCluster(config, clock);
    case 'memory':
      return new MemoryRuntime();
  }
}
