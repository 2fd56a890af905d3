import type { Caller } from '@berth/access';
import type { CreateDelegation, Project } from '@berth/contracts/deployment';
import { WorkQueue } from '@berth/reconcile';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import { DECLARATIONS } from '../declarations/declaration.js';
import type { DelegationRow } from './delegation.js';
import { delegationErrors } from './delegations.errors.js';

/** What a change of a delegation leaves behind. */
@Injectable()
export class DelegationMarks {
  constructor(
    private readonly changes: Changes,
    private readonly queue: WorkQueue,
    private readonly mint: Mint,
  ) {}

  /** It speaks as long as what the token was obtained with. @throws 422 to a person, and to whom that is not told of */
  endOf({ kind, sessionEndsAt }: Caller): Date {
    if (kind !== 'service-account') throw serviceAccountNeeded();
    if (sessionEndsAt && sessionEndsAt > this.mint.now()) return sessionEndsAt;
    throw delegationErrors.TokenWithoutEnd(
      'The secret has ended that the token was obtained with, or it does not tell.',
    );
  }

  rowOf(
    { subjectId, sessionId, scopes }: Caller,
    endsAt: Date,
    { id: projectId, organizationId }: Project,
    where: CreateDelegation & { readonly clusterId: string },
  ): DelegationRow {
    return {
      ...{ id: this.mint.id(), organizationId, projectId, ...where, conditions: [], createdAt: this.mint.now() },
      ...{ subjectId, sessionId, revokedAt: null, endsAt, scopes: [...scopes] },
    };
  }

  /** Its objects are looked at anew. */
  wake(tx: Tx, keys: readonly string[]): Promise<void> {
    return this.queue.enqueueAll(tx, DECLARATIONS, keys);
  }

  async act(
    tx: Tx,
    by: Caller,
    { id, organizationId, clusterId, namespace, subjectId }: DelegationRow,
    action: 'delegations:create' | 'delegations:delete',
  ): Promise<void> {
    const detail = { clusterId, namespace, subjectId };
    await this.changes.act(tx, { by, action, target: { kind: 'delegation', id }, organizationId, detail });
  }
}

const serviceAccountNeeded = () =>
  delegationErrors.ServiceAccountNeeded(
    'Objects in a cluster act as a service account: ask with the token of the one that they are to act as.',
  );
