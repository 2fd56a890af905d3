import type { IsolationWall } from '@berth/contracts/deployment';
import {
  ApiError,
  apiWalls,
  ClusterUnreachable,
  type EnvironmentSpace,
  isGoing,
  isolationManifests,
  type KubeClient,
  kinds,
  labelNames,
  networkUnproven,
  networkWalls,
  type Tenants,
  unproven,
  type WallSettings,
} from '@berth/kubernetes';
import { namespaceFor } from '../environments/environment.js';
import { holderOf, type Namespace } from '../runtime/kubernetes/namespace-end.js';
import type { SpaceRemains } from '../runtime/space-runtime.js';
import { type Found, type IsolationCheckRow, wallNames } from './isolation-check.js';

const QUOTA = { cpuMillicores: 500, memoryMib: 512, pods: 4 };

/** What the check has on a cluster: its two tenants, fenced in as every environment is. */
export class IsolationGrounds {
  private readonly tenants: Tenants;

  constructor(
    private readonly client: KubeClient,
    private readonly settings: WallSettings,
    private readonly check: IsolationCheckRow,
  ) {
    this.tenants = { intruder: spaceOf(check.intruderId), neighbour: spaceOf(check.neighbourId) };
  }

  /** Makes what is not there yet, and tries what can be tried by now. Once `isLate`, what is not known is not proven. */
  async look(isLate: boolean, signal: AbortSignal): Promise<Found> {
    try {
      return await this.tryAll(isLate, signal);
    } catch (error) {
      if (!isOfCluster(error)) throw error;
      if (!isLate) return [null];
      return wallNames.map((name) =>
        unproven(name, `The cluster could not be asked: ${error.message}`, 'Check again when it answers.'),
      );
    }
  }

  /** Takes away what is left; null when nothing is. */
  async clear(signal: AbortSignal): Promise<SpaceRemains | null> {
    try {
      const { intruder, neighbour } = this.tenants;
      const remains = [await this.end(intruder, signal), await this.end(neighbour, signal)].filter(
        (each) => each !== null,
      );
      const [first] = remains;
      return remains.find(({ heldBy }) => heldBy !== null) ?? first ?? null;
    } catch (error) {
      if (!isOfCluster(error)) throw error;
      return { heldBy: `the cluster, which cannot be asked: ${error.message}` };
    }
  }

  private async tryAll(isLate: boolean, signal: AbortSignal): Promise<Found> {
    const { client, settings, tenants } = this;
    for (const space of [tenants.neighbour, tenants.intruder])
      for (const wall of isolationManifests(space, settings)) await client.apply(wall, signal);
    const kept = await apiWalls(client, tenants, signal);
    const network = await networkWalls(client, { tenants, image: this.check.image }, signal);
    if (!isLate) return [...kept, ...('walls' in network ? network.walls : [null])];
    return [...kept.map(orUnproven), ...('walls' in network ? network.walls : networkUnproven(network.waitsFor))];
  }

  private async end({ environmentId }: EnvironmentSpace, signal: AbortSignal): Promise<SpaceRemains | null> {
    const selector = `${labelNames.environment}=${environmentId}`;
    for await (const { items } of this.client.pages<Namespace>(kinds.namespace, signal, { selector })) {
      const [namespace] = items;
      if (!namespace) continue;
      if (isGoing(namespace)) return { heldBy: holderOf(namespace) };
      await this.client.delete(namespace, signal);
      return { heldBy: null };
    }
    return null;
  }
}

const spaceOf = (id: string): EnvironmentSpace => ({
  ...{ namespace: namespaceFor('isolation', 'check', id), organizationId: id, projectId: id, environmentId: id },
  ...{ quota: QUOTA, internet: true },
});

const orUnproven = (wall: IsolationWall | null, index: number): IsolationWall =>
  wall ??
  unproven(
    wallNames[index] ?? 'quota',
    'The cluster has not counted what the tenant uses.',
    'See that its controller manager runs.',
  );

const isOfCluster = (error: unknown): error is Error =>
  error instanceof ApiError || error instanceof ClusterUnreachable;
