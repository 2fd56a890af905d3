import { type EventOf, workloadDeleted } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { BlobReferencesRepository } from './blob-references.repository.js';

@Controller()
export class OnWorkloadDeletedHandler {
  constructor(@Inject(BlobReferencesRepository) private readonly references: BlobReferencesRepository) {}

  @EventPattern<string>(workloadDeleted.type)
  async handle(@Payload() { data }: EventOf<typeof workloadDeleted>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.references.removeWorkload(tx, data.workloadId);
  }
}
