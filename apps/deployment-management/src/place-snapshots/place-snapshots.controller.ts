import { Access, type Caller, CurrentCaller, Requires } from '@berth/access';
import { type CreatePlaceSnapshots, createPlaceSnapshots } from '@berth/contracts/deployment';
import { Snapshots } from '@berth/eventing';
import { AnswerNotStored, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Post } from '@nestjs/common';

@Controller('v1/admin/deployment-management/snapshots')
export class PlaceSnapshotsController {
  constructor(
    private readonly snapshots: Snapshots,
    private readonly access: Access,
  ) {}

  /** Runs page by page in transactions of its own, so it cannot commit together with an Idempotency-Key. */
  @Post()
  @Requires('snapshots:create')
  @AnswerNotStored()
  @AnswersNothing()
  async createPlaceSnapshots(
    @CurrentCaller() caller: Caller,
    @Body({ schema: createPlaceSnapshots }) body: CreatePlaceSnapshots,
  ): Promise<void> {
    this.access.requireOnPlatform(caller, 'snapshots:create');
    await this.snapshots.emitAll(body.aggregate);
  }
}
