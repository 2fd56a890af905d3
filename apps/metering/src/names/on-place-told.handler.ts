import {
  appCreated,
  appSnapshot,
  type CloudEvent,
  type DataOf,
  environmentCreated,
  environmentSnapshot,
  projectCreated,
  projectSnapshot,
} from '@berth/contracts/events';
import { EventContext, repeatable } from '@berth/eventing';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { NamesRepository } from './names.repository.js';

type PlaceTold = CloudEvent<
  DataOf<typeof projectCreated> | DataOf<typeof environmentCreated> | DataOf<typeof appCreated>
>;

const created = [projectCreated, environmentCreated, appCreated];
const snapshots = [projectSnapshot, environmentSnapshot, appSnapshot];
const types = [...created, ...snapshots].map(({ type }) => type);

/** Names for invoices. */
@Controller()
export class OnPlaceToldHandler {
  constructor(private readonly names: NamesRepository) {}

  @EventPattern<readonly string[]>(types, repeatable)
  async handle(@Payload() { subject, data }: PlaceTold, @Ctx() { tx }: EventContext): Promise<void> {
    await this.names.keep(tx, [{ organizationId: data.organizationId, id: subject, name: data.slug }]);
  }
}
