import { Rounds } from '@berth/service-kit';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Conservation } from './conservation.js';
import { tellDriftsOf } from './metrics.js';

const EVERY = 3_600_000;

/** Compares every hour; what does not add up shows in the metrics of every replica. */
@Injectable()
export class ConservationSchedule implements OnApplicationBootstrap, OnModuleDestroy {
  private stopTelling: () => void = () => undefined;

  constructor(
    private readonly conservation: Conservation,
    private readonly rounds: Rounds,
  ) {}

  onApplicationBootstrap(): void {
    this.stopTelling = tellDriftsOf(this.conservation);
    this.rounds.every(EVERY, 'usage could not be compared', () => this.conservation.check());
  }

  onModuleDestroy(): void {
    this.stopTelling();
  }
}
