import { Access, Audit, type Caller, CurrentCaller, Requires } from '@berth/access';
import { type CreatePlaceSnapshots, createPlaceSnapshots } from '@berth/contracts/deployment';
import { Snapshots } from '@berth/eventing';
import { AnswerNotStored, AnswersNothing, Database } from '@berth/service-kit';
import { Body, Controller, Post } from '@nestjs/common';

@Controller('v1/admin/deployment-management/snapshots')
export class PlaceSnapshotsController {
  constructor(
    private readonly snapshots: Snapshots,
    private readonly access: Access,
    private readonly audit: Audit,
    private readonly database: Database,
  ) {}

  /**
   * Runs page by page in transactions of its own, so it cannot commit together with an Idempotency-Key. Who asks is written
   * down first: nothing is told again without.
   */
  @Post()
  @Requires('snapshots:create')
  @AnswerNotStored()
  @AnswersNothing()
  async createPlaceSnapshots(
    @CurrentCaller() caller: Caller,
    @Body({ schema: createPlaceSnapshots }) body: CreatePlaceSnapshots,
  ): Promise<void> {
    this.access.requireOnPlatform(caller, 'snapshots:create');
    const target = { kind: 'snapshots', id: body.aggregate };
    const act = { by: caller, action: 'snapshots:create', target, organizationId: null };
    await this.database.transaction((tx) => this.audit.record(tx, act));
    await this.snapshots.emitAll(body.aggregate);
  }
}
