import { appCreated, type CloudEvent, type DataOf, environmentCreated, projectCreated } from '@berth/contracts/events';
import { EventContext, repeatable } from '@berth/eventing';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { NamesRepository } from './names.repository.js';

type PlaceCreated = CloudEvent<
  DataOf<typeof projectCreated> | DataOf<typeof environmentCreated> | DataOf<typeof appCreated>
>;

/** Names for invoices. */
@Controller()
export class OnPlaceCreatedHandler {
  constructor(private readonly names: NamesRepository) {}

  @EventPattern<readonly string[]>([projectCreated.type, environmentCreated.type, appCreated.type], repeatable)
  async handle(@Payload() { subject, data }: PlaceCreated, @Ctx() { tx }: EventContext): Promise<void> {
    await this.names.keep(tx, data.organizationId, subject, data.slug);
  }
}
