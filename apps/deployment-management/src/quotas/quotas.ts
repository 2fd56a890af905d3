import { Access } from '@berth/access';
import { type Quota, storageMibIn } from '@berth/contracts/events';
import { defineErrors, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { quotaErrors } from './quotas.errors.js';
import { type Counted, QuotasRepository } from './quotas.repository.js';
import { excessOf, type Reservation } from './reservation.js';

const accessErrors = defineErrors({ AccessPending: 503 });

export interface ComputeChange {
  readonly workloadId: string;
  readonly organizationId: string;
  readonly before: Reservation;
  readonly after: Reservation;
}

/** What an organization may use, counted and changed in one transaction: of two who take the last place one is refused. */
@Injectable()
export class Quotas {
  constructor(
    private readonly access: Access,
    private readonly quotas: QuotasRepository,
  ) {}

  /** After the insert. @throws 409 when there are more than the organization may have */
  async requireRoom(tx: Tx, organizationId: string, what: Counted): Promise<void> {
    await this.quotas.lock(tx, organizationId, what);
    const limit = (await this.limitsOf(tx, organizationId))[what];
    const others = (await this.quotas.count(tx, organizationId, what)) - 1;
    if (others < limit) return;
    throw quotaErrors.QuotaExceeded(`The organization may have ${limit} ${what} and has ${others}.`);
  }

  /** One sentence when the change asks for more than is left; null when it may be made. The caller holds the row lock. */
  async excessOf(tx: Tx, change: ComputeChange): Promise<string | null> {
    const { workloadId, organizationId, before, after } = change;
    if (after.cpuMillicores <= before.cpuMillicores && after.memoryMib <= before.memoryMib) return null;
    await this.quotas.lock(tx, organizationId, 'compute');
    const limit = await this.limitsOf(tx, organizationId);
    const most = await this.quotas.heldByOthers(tx, organizationId, workloadId);
    if (excessOf({ limit, others: most, before, after }) === null) return null;
    const others = await this.quotas.reservedByOthers(tx, organizationId, workloadId);
    return excessOf({ limit, others, before, after });
  }

  /** As `excessOf`, of all that a workload is to have; what fits is held for it. */
  async hold(tx: Tx, change: ComputeChange): Promise<string | null> {
    const excess = await this.excessOf(tx, change);
    if (excess === null) await this.quotas.hold(tx, change.workloadId, change.after);
    return excess;
  }

  /** Held whether there is room or not. The caller holds the row lock. */
  take(tx: Tx, { workloadId, after }: ComputeChange): Promise<void> {
    return this.quotas.hold(tx, workloadId, after);
  }

  /** @throws 409 when the change asks for more than is left */
  async requireCompute(tx: Tx, change: ComputeChange, pointer?: string): Promise<void> {
    const excess = await this.hold(tx, change);
    if (excess !== null) throw quotaErrors.QuotaExceeded(excess, pointer === undefined ? {} : { pointer });
  }

  /** After volumes became more or larger. @throws 409 when they are more than the organization may have in all */
  async requireStorage(tx: Tx, organizationId: string): Promise<void> {
    await this.quotas.lock(tx, organizationId, 'storage');
    const limit = storageMibIn(await this.limitsOf(tx, organizationId));
    const reserved = await this.quotas.reservedStorage(tx, organizationId);
    if (reserved <= limit) return;
    const detail = `The organization may have ${limit} MiB in volumes, and would have ${reserved} MiB.`;
    throw quotaErrors.QuotaExceeded(detail, { pointer: '/sizeMib' });
  }

  private async limitsOf(tx: Tx, organizationId: string): Promise<Quota> {
    const quota = await this.access.quotaOf(organizationId, tx);
    if (quota) return quota;
    throw accessErrors.AccessPending('The quota of this organization has not arrived yet.', { retryAfter: 1 });
  }
}
