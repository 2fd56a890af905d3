import type { Config } from '../config.js';
import { MemoryRuntime } from './memory/memory-runtime.js';
import { ProcessRuntime } from './process/process-runtime.js';
import type { Runtime } from './runtime.js';

export function makeRuntime(config: Config): Runtime {
  switch (config.RUNTIME) {
    case 'process':
      return new ProcessRuntime(config.AGENT_SOCKET, config.ROUTER_URL);
    case 'memory':
      return new MemoryRuntime();
  }
}
