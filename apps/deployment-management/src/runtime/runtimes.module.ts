import { CONFIG, Clock } from '@berth/service-kit';
import { Module } from '@nestjs/common';
import { ClustersStoreModule } from '../clusters/clusters-store.module.js';
import type { Config } from '../config.js';
import { ClusterRuntimes } from './cluster-runtimes.js';
import { makeRuntime } from './make-runtime.js';
import { RUNTIME } from './runtime.js';
import { Runtimes } from './runtimes.js';

@Module({
  imports: [ClustersStoreModule],
  providers: [
    {
      provide: RUNTIME,
      inject: [CONFIG, Clock],
      useFactory: (config: Config, clock: Clock) => makeRuntime(config, clock),
    },
    ClusterRuntimes,
    Runtimes,
  ],
  exports: [Runtimes],
})
export class RuntimesModule {}
