import { CONFIG, Clock } from '@berth/service-kit';
import { Module } from '@nestjs/common';
import type { Config } from '../config.js';
import { makeRuntime } from './make-runtime.js';
import { RUNTIME } from './runtime.js';
import { Runtimes } from './runtimes.js';

@Module({
  providers: [
    {
      provide: RUNTIME,
      inject: [CONFIG, Clock],
      useFactory: (config: Config, clock: Clock) => makeRuntime(config, clock),
    },
    Runtimes,
  ],
  exports: [RUNTIME, Runtimes],
})
export class RuntimesModule {}
