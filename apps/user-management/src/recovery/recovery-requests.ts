import { WorkQueue } from '@berth/reconcile';
import { Ids, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { RECOVERY_QUEUE } from './recovery.reconciler.js';
import { RecoveryRepository } from './recovery.repository.js';

/** What was asked for, until a worker looks at it. */
@Injectable()
export class RecoveryRequests {
  constructor(
    @Inject(RecoveryRepository) private readonly recoveries: RecoveryRepository,
    @Inject(WorkQueue) private readonly queue: WorkQueue,
    @Inject(Ids) private readonly ids: Ids,
  ) {}

  async add(tx: Tx, email: string): Promise<void> {
    const id = this.ids.next();
    await this.recoveries.ask(tx, id, email);
    await this.queue.enqueue(tx, RECOVERY_QUEUE, id);
  }
}
