import { Access, Audit, type Caller, CurrentCaller, Requires } from '@berth/access';
import { type CreateSnapshots, createSnapshots } from '@berth/contracts/identity';
import { Snapshots } from '@berth/eventing';
import { AnswerNotStored, AnswersNothing, Database } from '@berth/service-kit';
import { Body, Controller, Inject, Post } from '@nestjs/common';

@Controller('v1/admin/user-management/snapshots')
export class SnapshotsController {
  constructor(
    @Inject(Snapshots) private readonly snapshots: Snapshots,
    @Inject(Access) private readonly access: Access,
    @Inject(Audit) private readonly audit: Audit,
    @Inject(Database) private readonly database: Database,
  ) {}

  /**
   * Runs page by page in transactions of its own, so it cannot commit together with an Idempotency-Key. Who asks is written
   * down first: nothing is told again without.
   */
  @Post()
  @Requires('snapshots:create')
  @AnswerNotStored()
  @AnswersNothing()
  async createSnapshots(
    @CurrentCaller() caller: Caller,
    @Body({ schema: createSnapshots }) body: CreateSnapshots,
  ): Promise<void> {
    this.access.requireOnPlatform(caller, 'snapshots:create');
    const target = { kind: 'snapshots', id: body.aggregate };
    const act = { by: caller, action: 'snapshots:create', target, organizationId: null };
    await this.database.transaction((tx) => this.audit.record(tx, act));
    await this.snapshots.emitAll(body.aggregate);
  }
}
