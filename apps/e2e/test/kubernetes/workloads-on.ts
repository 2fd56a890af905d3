import type { Deployment, Workload } from '@berth/contracts/deployment';
import { type Kind, kinds, type KubeObject, watch } from '@berth/kubernetes';
import { Clock } from '@berth/service-kit';
import { eventually } from '@berth/testing';
import { expect } from '@jest/globals';
import { type ClusteredService, image, patient } from './clustered-service.js';
import type { PlayedCluster } from './played-cluster.js';

const { signal: never } = new AbortController();

/** Workloads that stand on a played cluster, as the platform and as its API server show them. */
export class WorkloadsOn {
  constructor(
    readonly cluster: PlayedCluster,
    private readonly clustered: ClusteredService,
    private readonly name: string,
  ) {}

  /** One of its own, live with `a1`, and at rest. */
  async live(slug: string, web = 1): Promise<Workload> {
    const workload = await this.clustered.workload(await this.clustered.app(slug), slug, { cluster: this.name });
    if (web !== 1) await this.scale(workload, web);
    await this.clustered.deployLive(workload, 'a1');
    await this.isReady(workload);
    return workload;
  }

  now({ id }: Workload): Promise<Workload> {
    return this.clustered.ask('owner', 'GET', `/v1/workloads/${id}`);
  }

  scale({ id }: Workload, web: number): Promise<unknown> {
    return this.clustered.ask('owner', 'POST', `/v1/workloads/${id}/scale`, { counts: { web } });
  }

  change({ id }: Workload, patch: object): Promise<unknown> {
    return this.clustered.ask('owner', 'PATCH', `/v1/workloads/${id}`, patch);
  }

  begin({ id }: Workload, mark: string): Promise<Deployment> {
    const source = { kind: 'image', image: image(mark) };
    return this.clustered.ask('owner', 'POST', `/v1/workloads/${id}/deployments`, { source });
  }

  deployment({ id }: Deployment): Promise<Deployment> {
    return this.clustered.ask('owner', 'GET', `/v1/deployments/${id}`);
  }

  ends(started: Deployment, status: string): Promise<Deployment> {
    return eventually(async () => {
      const found = await this.deployment(started);
      expect(found.endedAt).not.toBeNull();
      expect({ status: found.status, failure: found.failure }).toMatchObject({ status });
      return found;
    }, patient);
  }

  /** What its condition says. */
  says(workload: Workload, condition: object): Promise<void> {
    return eventually(async () => {
      expect((await this.now(workload)).conditions).toMatchObject([{ type: 'Ready', ...condition }]);
    }, patient);
  }

  isReady(workload: Workload): Promise<void> {
    return eventually(async () => {
      const { conditions, generation, observedGeneration } = await this.now(workload);
      expect({ conditions, observedGeneration }).toMatchObject({
        ...{ conditions: [{ type: 'Ready', status: 'true' }], observedGeneration: generation },
      });
    }, patient);
  }

  runs({ id }: Workload, ...marks: string[]): Promise<void> {
    return eventually(async () => {
      const images = (await this.cluster.pods(id)).map(({ spec }) => spec.containers[0]?.image);
      expect(images.sort()).toEqual(marks.map(image).sort());
    }, patient);
  }

  async uidsOf({ id }: Workload): Promise<(string | undefined)[]> {
    return (await this.cluster.pods(id)).map(({ metadata }) => metadata.uid).sort();
  }

  async childrenOf({ id }: Workload, kind: 'service' | 'secret' | 'deployment'): Promise<KubeObject[]> {
    const items: KubeObject[] = [];
    const selector = `berth.dev/workload=${id}`;
    for await (const page of this.cluster.administrator.pages(kinds[kind], never, { selector }))
      items.push(...page.items);
    return items;
  }

  async namespaceOf(workload: Workload): Promise<string> {
    return (await this.childrenOf(workload, 'service'))[0]?.metadata.namespace ?? '';
  }

  /** As the API server tells whoever watches. */
  async *versionsOf<Item extends KubeObject>(kind: Kind, signal: AbortSignal, selector?: string) {
    const how = { clock: new Clock(), ...(selector !== undefined && { selector }) };
    for await (const event of watch<Item>(this.cluster.administrator, kind, how, signal)) {
      if (event.type === 'replaced') yield* event.items;
      if (event.type === 'changed') yield event.item;
    }
  }

  /** A quota of the cluster's administrator, when the cluster has counted what there is. */
  async allowPods(namespace: string, pods: number): Promise<KubeObject> {
    const metadata = { name: 'tight', namespace };
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: { pods: `${pods}` } } };
    await this.cluster.administrator.apply(quota as KubeObject, never);
    await eventually(async () => {
      const found = await this.cluster.administrator.get<Counted>(kinds.resourceQuota, 'tight', never, namespace);
      expect(found?.status?.hard?.pods).toBe(`${pods}`);
    }, patient);
    return quota;
  }
}

interface Counted extends KubeObject {
  readonly status?: { readonly hard?: { readonly pods?: string } };
}
