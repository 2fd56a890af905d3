import { type EventOf, releaseCreated } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { BlobReferencesRepository } from './blob-references.repository.js';

@Controller()
export class OnReleaseCreatedHandler {
  constructor(@Inject(BlobReferencesRepository) private readonly references: BlobReferencesRepository) {}

  @EventPattern<string>(releaseCreated.type)
  async handle(@Payload() { data }: EventOf<typeof releaseCreated>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.references.addRelease(tx, data.releaseId, data.workloadId, data.artifactDigest);
  }
}
