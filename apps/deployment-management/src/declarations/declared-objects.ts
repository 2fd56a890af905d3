import type { Kind, KubeClient } from '@berth/kubernetes';
import { Clock } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { RuntimeUnavailable } from '../runtime/runtime.js';
import type { DeclaredObject, Place } from './declaration.js';
import { DeclarationClients } from './declaration-clients.js';
import { statusAfter } from './declaration-status.js';
import type { Verdict } from './verdict.js';

/** Reads what people have declared in a cluster, and writes the status of it; nothing else is ever written there. */
@Injectable()
export class DeclaredObjects {
  constructor(
    private readonly clients: DeclarationClients,
    private readonly clock: Clock,
  ) {}

  /** Null when there is none, or no such cluster any more. @throws RuntimeUnavailable */
  read(place: Place, signal: AbortSignal): Promise<DeclaredObject | null> {
    return this.asking(place, (client, kind) => client.get<DeclaredObject>(kind, place.name, signal, place.namespace));
  }

  /** Nothing when its status says so already, or when it is gone. @throws RuntimeUnavailable */
  async tell(place: Place, object: DeclaredObject, verdict: Verdict, signal: AbortSignal): Promise<void> {
    const { statements, mirrored } = verdict;
    const { generation = 0 } = object.metadata;
    const status = statusAfter({ before: object.status, generation, mirrored, statements, now: this.clock.now() });
    if (!status) return;
    await this.asking(place, (client, kind) => client.applyStatus(kind, object, status, signal));
  }

  private async asking<Answer>(
    { clusterId, kind }: Place,
    ask: (client: KubeClient, kind: Kind) => Promise<Answer>,
  ): Promise<Answer | null> {
    const client = await this.clients.at(clusterId);
    if (!client) return null;
    const { ApiError, ClusterUnreachable, declaredKinds, isConflict, isNotFound } = await import('@berth/kubernetes');
    try {
      return await ask(client, declaredKinds[kind]);
    } catch (error) {
      if (isNotFound(error) || isConflict(error)) return null;
      if (!(error instanceof ApiError) && !(error instanceof ClusterUnreachable)) throw error;
      throw new RuntimeUnavailable(error.message, { cause: error });
    }
  }
}
