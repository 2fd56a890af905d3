import { type EventOf, releaseExpired } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { BlobReferencesRepository } from './blob-references.repository.js';

@Controller()
export class OnReleaseExpiredHandler {
  constructor(@Inject(BlobReferencesRepository) private readonly references: BlobReferencesRepository) {}

  @EventPattern<string>(releaseExpired.type)
  async handle(@Payload() { data }: EventOf<typeof releaseExpired>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.references.removeRelease(tx, data.releaseId);
  }
}
