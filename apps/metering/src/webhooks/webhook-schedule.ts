import { Rounds } from '@berth/service-kit';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { WebhookSender } from './webhook-sender.js';

const EVERY = 2_000;
const FORGET_EVERY = 3_600_000;

/** Looks for deliveries that are due; any number of replicas may. */
@Injectable()
export class WebhookSchedule implements OnApplicationBootstrap {
  constructor(
    private readonly sender: WebhookSender,
    private readonly rounds: Rounds,
  ) {}

  onApplicationBootstrap(): void {
    this.rounds.every(EVERY, 'webhooks could not be sent', () => this.sender.sendDue());
    this.rounds.every(FORGET_EVERY, 'old deliveries could not be forgotten', () => this.sender.forgetOld());
  }
}
