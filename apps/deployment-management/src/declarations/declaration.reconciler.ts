import {
  lookAgainAbout,
  type Outcome,
  type ReconcileContext,
  type Reconciler,
  ReconcileRunner,
  settled,
} from '@berth/reconcile';
import { Database } from '@berth/service-kit';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DelegationsRepository } from '../delegations/delegations.repository.js';
import { RuntimeUnavailable } from '../runtime/runtime.js';
import { Admission } from './admission.js';
import { DECLARATIONS, type DeclaredObject, type DeclarationRow, type Place, placeOf } from './declaration.js';
import { DeclarationRecords } from './declaration-records.js';
import { DeclaredObjects } from './declared-objects.js';
import { unheard } from './verdict.js';

/** Why it cannot be asked is told by whoever watches the cluster, which brings everything back when it can. */
const whenItAnswers = lookAgainAbout({ seconds: 30 });

/** Takes objects that people declare in clusters as what they say, and tells in their status what came of it. */
@Injectable()
export class DeclarationReconciler implements Reconciler, OnModuleInit {
  constructor(
    private readonly runner: ReconcileRunner,
    private readonly database: Database,
    private readonly delegations: DelegationsRepository,
    private readonly admission: Admission,
    private readonly objects: DeclaredObjects,
    private readonly records: DeclarationRecords,
  ) {}

  onModuleInit(): void {
    this.runner.register(DECLARATIONS, this);
  }

  async reconcile(key: string, context: ReconcileContext): Promise<Outcome> {
    const held = await this.records.find(key);
    try {
      return await this.look(placeOf(key), held, context);
    } catch (error) {
      if (error instanceof RuntimeUnavailable) return whenItAnswers;
      throw error;
    }
  }

  private async look(place: Place, held: DeclarationRow | undefined, context: ReconcileContext): Promise<Outcome> {
    const delegations = await this.delegations.ofNamespace(this.database, place.clusterId, place.namespace);
    // Of a namespace that speaks for nobody.
    if (delegations.length === 0 && !held) return settled;
    const object = await this.objects.read(place, context.signal);
    if (!object || delegations.length === 0) return this.forget(place, object, held, context);
    const verdict = await this.admission.admit(place, object, delegations, held);
    await this.records.save(context, place, held, { ...verdict.row, uid: object.metadata.uid ?? '' });
    await this.objects.tell(place, object, verdict, context.signal);
    return verdict.againIn === null ? settled : lookAgainAbout({ seconds: verdict.againIn });
  }

  /** It is gone, or nobody hears it any more and it says so. */
  private async forget(
    place: Place,
    object: DeclaredObject | null,
    held: DeclarationRow | undefined,
    context: ReconcileContext,
  ): Promise<Outcome> {
    if (object) await this.objects.tell(place, object, unheard, context.signal);
    await this.records.forget(context, held);
    return settled;
  }
}
