import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { RUNTIME, type Runtime } from './runtime.js';

/** Which runtime a workload runs on. */
@Injectable()
export class Runtimes implements OnModuleDestroy {
  constructor(@Inject(RUNTIME) private readonly own: Runtime) {}

  // eslint-disable-next-line @typescript-eslint/require-await -- whoever asks need not know that there is one only
  async of(_workloadId: string): Promise<Runtime> {
    return this.own;
  }

  onModuleDestroy(): Promise<void> {
    return this.own.close();
  }
}
