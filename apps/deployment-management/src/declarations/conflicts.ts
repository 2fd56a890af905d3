import { Injectable } from '@nestjs/common';
import type { DelegationRow } from '../delegations/delegation.js';
import type { ConditionStatement } from '../workloads/conditions.js';
import { placeOf } from './declaration.js';
import { conflict } from './declaration-status.js';
import { DeclarationsRepository } from './declarations.repository.js';
import type { Target } from './declared-kind.js';
import { namesOf } from './verdict.js';

/** With the version that its author has seen, an object may state what somebody else has stated otherwise. */
export const OVERWRITE = 'berth.dev/overwrite';

/** Says who has stated what an object states otherwise. Names of fields only: values may be nobody else's business. */
@Injectable()
export class Conflicts {
  constructor(private readonly declarations: DeclarationsRepository) {}

  async over(
    fields: readonly string[],
    { id, version }: Target,
    delegation: DelegationRow,
  ): Promise<ConditionStatement> {
    const who = await this.whoChanged(id, delegation);
    const way = `State what is there, or annotate ${OVERWRITE}="${version}" to have it your way.`;
    return conflict('ChangedElsewhere', `${namesOf(fields)}: stated otherwise by ${who}. ${way}`);
  }

  /** Another object declares it; null when none does. */
  async withOther(key: string, targetId: string): Promise<ConditionStatement | null> {
    const other = await this.declarations.otherOf(key, targetId);
    if (other === undefined) return null;
    const { clusterId, kind, namespace, name } = placeOf(other);
    const message = `It is declared by the ${kind} ${namespace}/${name} in the cluster ${clusterId}. Delete one of the two.`;
    return conflict('DeclaredElsewhere', message);
  }

  async deleted(targetId: string, delegation: DelegationRow): Promise<ConditionStatement> {
    const who = await this.whoChanged(targetId, delegation);
    const message = `What it declared was deleted by ${who}. Delete this object, and apply it again to have it made anew.`;
    return conflict('DeletedElsewhere', message);
  }

  private async whoChanged(targetId: string, { organizationId, subjectId }: DelegationRow): Promise<string> {
    return (await this.declarations.lastActor(organizationId, targetId, subjectId)) ?? 'somebody else';
  }
}
