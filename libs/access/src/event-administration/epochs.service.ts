import type { RaisedEpoch, RaiseEpoch } from '@berth/contracts/common';
import { beginEpoch, type Epoch, Epochs, lockEpoch, Snapshots } from '@berth/eventing';
import { Clock, Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { Audit } from '../audit/audit.js';
import type { Caller } from '../caller.js';
import { isDue } from './epochs.js';

/** Takes a service's events on after a restore of its database, which has forgotten what it told since the backup. */
@Injectable()
export class EpochsService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Snapshots) private readonly snapshots: Snapshots,
    @Inject(Epochs) private readonly epochs: Epochs,
    @Inject(Audit) private readonly audit: Audit,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Takes on what counts by other numbers, and states everything again, also when the epoch had begun: a former attempt may have ended before. */
  async raise(caller: Caller, { reason, over }: RaiseEpoch): Promise<RaisedEpoch> {
    const { epoch, beganAt, isNew } = await this.begin(caller, reason, over);
    await this.epochs.takeOn(epoch);
    for (const aggregate of this.snapshots.aggregates) await this.snapshots.emitAll(aggregate);
    return { epoch, beganAt: beganAt?.toISOString() ?? null, isNew };
  }

  private begin(caller: Caller, reason: string, over: number | undefined): Promise<Epoch & { isNew: boolean }> {
    return this.database.transaction(async (tx) => {
      const former = await lockEpoch(tx);
      if (!isDue(former, over)) return { ...former, isNew: false };
      const next = await beginEpoch(tx, this.clock.now());
      await this.audit.record(tx, {
        ...{ by: caller, action: 'epochs:raise', organizationId: null },
        target: { kind: 'epoch', id: String(next.epoch) },
        detail: { former: former.epoch, reason },
      });
      return { ...next, isNew: true };
    });
  }
}
