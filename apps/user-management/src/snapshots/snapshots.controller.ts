import { Access, type Caller, CurrentCaller, Requires } from '@berth/access';
import { type CreateSnapshots, createSnapshots } from '@berth/contracts/identity';
import { Snapshots } from '@berth/eventing';
import { AnswerNotStored, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Inject, Post } from '@nestjs/common';

@Controller('v1/admin/user-management/snapshots')
export class SnapshotsController {
  constructor(
    @Inject(Snapshots) private readonly snapshots: Snapshots,
    @Inject(Access) private readonly access: Access,
  ) {}

  /** Runs page by page in transactions of its own, so it cannot commit together with an Idempotency-Key. */
  @Post()
  @Requires('snapshots:create')
  @AnswerNotStored()
  @AnswersNothing()
  async createSnapshots(
    @CurrentCaller() caller: Caller,
    @Body({ schema: createSnapshots }) body: CreateSnapshots,
  ): Promise<void> {
    this.access.requireOnPlatform(caller, 'snapshots:create');
    await this.snapshots.emitAll(body.aggregate);
  }
}
