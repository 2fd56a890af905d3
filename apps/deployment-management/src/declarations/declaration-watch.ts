import type { DeclaredKindName, WatchEvent } from '@berth/kubernetes';
import { WorkQueue } from '@berth/reconcile';
import { Clock, Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { SpeakingCluster } from '../delegations/delegations.repository.js';
import { DECLARATIONS, type DeclaredObject, keyOfPlace } from './declaration.js';
import { DeclarationClients } from './declaration-clients.js';
import { DeclarationsRepository } from './declarations.repository.js';
import { FollowReports } from './follow-reports.js';

/** Turns what changes among the declared objects of one cluster into keys of the queue, and nothing more. */
@Injectable()
export class DeclarationWatch {
  constructor(
    private readonly clients: DeclarationClients,
    private readonly declarations: DeclarationsRepository,
    private readonly queue: WorkQueue,
    private readonly database: Database,
    private readonly reports: FollowReports,
    private readonly clock: Clock,
  ) {}

  /** Follows one kind until the signal aborts. */
  async follow(cluster: SpeakingCluster, kind: DeclaredKindName, signal: AbortSignal): Promise<void> {
    const client = await this.clients.at(cluster.id);
    if (!client) return this.reports.lost(cluster, kind, null);
    const { declaredKinds, watch } = await import('@berth/kubernetes');
    for await (const event of watch<DeclaredObject>(client, declaredKinds[kind], { clock: this.clock }, signal))
      await this.take(cluster, kind, event);
  }

  private async take(
    cluster: SpeakingCluster,
    kind: DeclaredKindName,
    event: WatchEvent<DeclaredObject>,
  ): Promise<void> {
    switch (event.type) {
      case 'lost':
        return this.reports.lost(cluster, kind, event.error);
      case 'connected':
        return this.reports.connected(cluster, kind);
      case 'replaced':
        // Those that are gone are among the known ones.
        return this.enqueue([
          ...keysOf(cluster, kind, event.items),
          ...(await this.declarations.keysAt(cluster.id, kind)),
        ]);
      case 'changed':
      case 'deleted':
        return this.enqueue(keysOf(cluster, kind, [event.item]));
    }
  }

  private async enqueue(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    await this.database.transaction((tx) => this.queue.enqueueAll(tx, DECLARATIONS, [...new Set(keys)]));
  }
}

/** Of the namespaces that speak; all others are none of our business. */
function keysOf(
  { id: clusterId, namespaces }: SpeakingCluster,
  kind: DeclaredKindName,
  objects: readonly DeclaredObject[],
): string[] {
  return objects.flatMap(({ metadata: { name, namespace = '' } }) =>
    namespaces.includes(namespace) ? [keyOfPlace({ clusterId, kind, namespace, name })] : [],
  );
}
