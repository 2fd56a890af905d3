import {
  workloadAllocationChanged,
  workloadAllocationHeartbeat,
  workloadAllocationSnapshot,
} from '@berth/contracts/events';
import { EventContext, repeatable } from '@berth/eventing';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { SpansService } from './spans.service.js';
import type { Told } from './telling.js';

const types = [workloadAllocationChanged.type, workloadAllocationSnapshot.type, workloadAllocationHeartbeat.type];

/**
 * Takes runs, because usage is many small events and one statement for all of them costs little more than for one. They are
 * repeatable: the log of accepted events knows each of them for ever, the inbox would know it a second time and forget.
 */
@Controller()
export class OnAllocationToldHandler {
  constructor(private readonly spans: SpansService) {}

  @EventPattern<readonly string[]>(types, { ...repeatable, inRuns: 'allocations' })
  handle(@Payload() events: readonly Told[], @Ctx() { tx }: EventContext): Promise<void> {
    return this.spans.accept(tx, events);
  }
}
