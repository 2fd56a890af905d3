import { Rounds } from '@berth/service-kit';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { PaymentLooks } from './payment-looks.js';

const EVERY = 2_000;

/** Looks for payments that are due to be looked at; any number of replicas may. */
@Injectable()
export class PaymentSchedule implements OnApplicationBootstrap {
  constructor(
    private readonly looks: PaymentLooks,
    private readonly rounds: Rounds,
  ) {}

  onApplicationBootstrap(): void {
    this.rounds.every(EVERY, 'payments could not be looked at', () => this.looks.lookAtDue());
  }
}
