import { Access, type Caller } from '@berth/access';
import { Clock } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { callerOf, type DelegationRow, endOf } from '../delegations/delegation.js';
import type { ConditionStatement } from '../workloads/conditions.js';
import { Conflicts, OVERWRITE } from './conflicts.js';
import { type DeclarationRow, type DeclaredObject, keyOfPlace, type Place, SILENT } from './declaration.js';
import { noConflict, notAccepted } from './declaration-status.js';
import { DeclarationsRepository } from './declarations.repository.js';
import type { Stated, Target } from './declared-kind.js';
import { Doors } from './doors.js';
import { compare } from './fields.js';
import { acceptance, refusalOf, refusedVerdict, type Verdict } from './verdict.js';

/** What is refused now may be granted, or be there, without anybody telling. */
const TRY_AGAIN_SECONDS = 60;
const SOON_SECONDS = 5;

interface Look {
  readonly place: Place;
  readonly object: DeclaredObject;
  readonly delegation: DelegationRow;
  readonly caller: Caller;
  readonly stated: Stated;
  /** What was made of that very object before. */
  readonly held: DeclarationRow | undefined;
}

/** Takes what an object states as commands of the service account that its namespace speaks for. */
@Injectable()
export class Admission {
  constructor(
    private readonly doors: Doors,
    private readonly declarations: DeclarationsRepository,
    private readonly conflicts: Conflicts,
    private readonly access: Access,
    private readonly clock: Clock,
  ) {}

  async admit(
    place: Place,
    object: DeclaredObject,
    delegations: readonly DelegationRow[],
    former: DeclarationRow | undefined,
  ): Promise<Verdict> {
    const held = former?.uid === object.metadata.uid ? former : undefined;
    const kept = { delegationId: null, targetId: held?.targetId ?? null, agreed: held?.agreed ?? {}, seen: SILENT };
    const stated = this.doors.of(place.kind).understand(place.name, object.spec);
    if ('refused' in stated) return refusedVerdict(kept, notAccepted('Invalid', stated.refused));
    const delegation = delegations.find(({ projectId }) => projectId === stated.projectId);
    if (!delegation) return refusedVerdict(kept, notDelegated(place, stated.projectId));
    const end = endOf(delegation, this.clock.now());
    if (end) return refusedVerdict({ ...kept, delegationId: delegation.id }, over[end]);
    const seen = kept.targetId === null ? '' : await this.declarations.fingerprint(place.kind, kept.targetId);
    const row = { ...kept, delegationId: delegation.id, seen };
    const caller = callerOf(delegation, this.clock.now());
    const doubt = await this.doubtOf(caller);
    if (doubt) return refusedVerdict(row, doubt, SOON_SECONDS);
    try {
      return await this.command({ place, object, delegation, caller, stated, held }, row);
    } catch (error) {
      return refusedVerdict(row, refusalOf(error), TRY_AGAIN_SECONDS);
    }
  }

  /** What the guard asks of whoever sends a request. */
  private async doubtOf(caller: Caller): Promise<ConditionStatement | null> {
    if (!(await this.access.isStillValid(caller))) return over.revoked;
    if (await this.access.isCurrent()) return null;
    return notAccepted('AccessStale', 'Access rules could not be kept current. It is tried again.');
  }

  private async command(look: Look, row: Verdict['row']): Promise<Verdict> {
    const { stated, caller, place, held, delegation } = look;
    const known = await stated.find(caller);
    if (held?.targetId && known?.id !== held.targetId)
      return { ...contradicted(row, await this.conflicts.deleted(held.targetId, delegation)) };
    if (!known) await stated.create(caller);
    const target = known ?? (await stated.find(caller));
    if (!target)
      return refusedVerdict(row, notAccepted('Gone', 'It was deleted as soon as it was made.'), SOON_SECONDS);
    const other = await this.conflicts.withOther(keyOfPlace(place), target.id);
    if (other) return contradicted({ ...row, targetId: null }, other);
    return this.bringAbout(look, target, { ...row, targetId: target.id });
  }

  private async bringAbout(look: Look, target: Target, row: Verdict['row']): Promise<Verdict> {
    const { stated, caller, object, delegation, place } = look;
    const { fields: declared } = stated;
    const overwrites = object.metadata.annotations?.[OVERWRITE] === target.version;
    const first = compare({ before: row.agreed, declared, current: target.fields, overwrites });
    const refusal = first.changes.length === 0 ? null : await this.change(look, target, first.changes);
    const seen = await this.declarations.fingerprint(place.kind, target.id);
    const after = (await stated.find(caller)) ?? target;
    const left = compare({ before: row.agreed, declared, current: after.fields, overwrites: false });
    const conflict = left.conflicts.length === 0 ? null : await this.conflicts.over(left.conflicts, after, delegation);
    return {
      row: { ...row, agreed: left.agreed, seen },
      mirrored: after.mirrored,
      statements: [acceptance(refusal), conflict ?? noConflict, after.ready],
      againIn: refusal ? againAfter(refusal) : left.changes.length > 0 ? SOON_SECONDS : null,
    };
  }

  private async change(
    { stated, caller }: Look,
    target: Target,
    changes: readonly string[],
  ): Promise<ConditionStatement | null> {
    try {
      await stated.change(caller, target, changes);
      return null;
    } catch (error) {
      return refusalOf(error);
    }
  }
}

/** What was changed meanwhile is compared anew. */
const againAfter = ({ reason }: ConditionStatement): number =>
  reason === 'PreconditionFailed' ? SOON_SECONDS : TRY_AGAIN_SECONDS;

/** For good: only another delegation changes that. */
const over = {
  revoked: notAccepted('TokenRevoked', 'The token was revoked that lets this namespace speak. Delegate it anew.'),
  ended: notAccepted('TokenEnded', 'The token has ended that let this namespace speak. Delegate it anew.'),
};

const notDelegated = ({ namespace }: Place, projectId: string): ConditionStatement =>
  notAccepted('NotDelegated', `The namespace ${namespace} does not speak in the project ${projectId}.`);

function contradicted(row: Verdict['row'], conflict: ConditionStatement): Verdict {
  const refusal = notAccepted('Conflict', 'See Conflict');
  const ready: ConditionStatement = { type: 'Ready', status: 'unknown', reason: 'Conflict', message: 'See Conflict' };
  return { row, mirrored: {}, statements: [refusal, conflict, ready], againIn: TRY_AGAIN_SECONDS };
}
