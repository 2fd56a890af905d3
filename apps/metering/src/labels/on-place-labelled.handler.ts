import { appLabelled, type CloudEvent, type DataOf, environmentLabelled } from '@berth/contracts/events';
import { EventContext, repeatable } from '@berth/eventing';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { LabelsRepository } from './labels.repository.js';

type PlaceLabelled = CloudEvent<DataOf<typeof appLabelled> | DataOf<typeof environmentLabelled>>;

/** Labels by which usage and costs are told apart. */
@Controller()
export class OnPlaceLabelledHandler {
  constructor(private readonly labels: LabelsRepository) {}

  @EventPattern<readonly string[]>([appLabelled.type, environmentLabelled.type], repeatable)
  async handle(@Payload() event: PlaceLabelled, @Ctx() { tx }: EventContext): Promise<void> {
    const { subject: placeId, epoch, aggregateversion: version, data } = event;
    const { organizationId, labelledAt: since } = data;
    const labels = Object.fromEntries(data.labels.map(({ key, value }) => [key, value]));
    await this.labels.keep(tx, { organizationId, placeId, epoch, version, since, labels });
  }
}
