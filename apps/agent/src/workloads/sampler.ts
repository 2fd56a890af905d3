import type { Cancel } from '../clock.js';
import type { AgentContext } from '../context.js';
import type { Instance } from './instance.js';
import { exceeds } from './usage-meter.js';

/** Measures all running instances and ends those that use more memory than they may. */
export class Sampler {
  private readonly cancel: Cancel;

  constructor(
    private readonly context: AgentContext,
    private readonly running: () => Instance[],
  ) {
    this.cancel = context.clock.every(context.tuning.sample, () => this.sample());
  }

  stop(): void {
    this.cancel();
  }

  private sample(): void {
    const now = this.context.clock.now().getTime();
    const sameLook = this.context.tuning.sample / 2;
    for (const instance of this.running()) {
      if (!instance.root) continue;
      const family = this.context.census.familyOf(instance.root, sameLook);
      instance.meter.measure(family, now);
      if (this.context.cgroups) continue; // the kernel sees to it
      if (exceeds(family, instance.spec.process.memoryMib * 1024 * 1024)) instance.end('out_of_memory');
    }
  }
}
