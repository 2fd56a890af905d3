import { Global, Module } from '@nestjs/common';
import { ThrottleRepository } from './throttle.repository.js';
import { Throttle } from './throttle.js';

@Global()
@Module({ providers: [Throttle, ThrottleRepository], exports: [Throttle] })
export class ThrottleModule {}
