import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KubeClient, type KubeObject, kinds, readKubeconfig, Transport } from '@berth/kubernetes';
import { Clock } from '@berth/service-kit';
import { FaultProxy } from '@berth/testing';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the tool that starts a control plane is no library
import { type KubePlane, startKube } from '../../../../tools/kube/kube.mjs';
import { install, kubeconfigOf } from '../runtime/kubernetes-account.js';
import { PlayedGateway } from '../runtime/played-gateway.js';
import { PlayedMetrics } from '../runtime/played-metrics.js';
import { makeDoors } from '../runtime/played-traefik.js';

const { signal: never } = new AbortController();

export interface Pod extends KubeObject {
  readonly spec: { readonly containers: readonly { readonly image: string; readonly command?: readonly string[] }[] };
}

/** A cluster of its own with a real control plane; nodes, gateway and metrics are played. */
export class PlayedCluster {
  private constructor(
    readonly plane: KubePlane,
    /** As its administrator. */
    readonly administrator: KubeClient,
    private readonly gateway: PlayedGateway,
    private readonly metrics: PlayedMetrics,
    private readonly facts: { readonly gatewayUrl: string; readonly authority: string; readonly token: string },
  ) {}

  /** Where routes answer. */
  get gatewayUrl(): string {
    return this.facts.gatewayUrl;
  }

  /** Of the account that `k8s/rbac` makes: what an administrator hands to the platform. */
  get kubeconfig(): string {
    return this.kubeconfigFor(this.facts.token);
  }

  static async start(): Promise<PlayedCluster> {
    const plane = await startKube();
    const access = readKubeconfig(readFileSync(plane.kubeconfig, 'utf8'));
    const administrator = new KubeClient(new Transport(access, new Clock()));
    const gateway = new PlayedGateway(administrator);
    const metrics = new PlayedMetrics(administrator);
    await metrics.start();
    await makeDoors(administrator);
    const token = await install(administrator);
    const facts = { gatewayUrl: await gateway.listen(), authority: access.authority ?? '', token };
    return new PlayedCluster(plane, administrator, gateway, metrics, facts);
  }

  /** A kubeconfig of whoever has the token. */
  kubeconfigFor(token: string): string {
    return kubeconfigOf(this.plane.url, this.facts.authority, token);
  }

  /** What stands before its API server for whoever has this kubeconfig, and nobody else. */
  async behindProxy(): Promise<{ readonly proxy: FaultProxy; readonly kubeconfig: string }> {
    const { authority, token } = this.facts;
    const read = (file: string) => readFileSync(join(this.plane.folder, file), 'utf8');
    const shown = { cert: read('apiserver.crt'), key: read('apiserver.key') };
    const proxy = new FaultProxy({ upstream: this.plane.url, ca: authority, shown });
    return { proxy, kubeconfig: kubeconfigOf(await proxy.listen(), authority, token) };
  }

  /** A new token of the account, after which those before are good no longer. */
  async renewAccount(): Promise<string> {
    const metadata = { name: 'deployment-management', namespace: 'berth-system' };
    await this.administrator.delete({ apiVersion: 'v1', kind: 'ServiceAccount', metadata }, never);
    return install(this.administrator);
  }

  async pods(workloadId: string): Promise<Pod[]> {
    const selector = `berth.dev/workload=${workloadId}`;
    const pods: Pod[] = [];
    for await (const { items } of this.administrator.pages<Pod>(kinds.pod, never, { selector })) pods.push(...items);
    return pods;
  }

  /** Kind and name of everything that a workload has, of whatever kind the platform handles. */
  async everythingOf(workloadId: string): Promise<string[]> {
    const selector = `berth.dev/workload=${workloadId}`;
    const found: string[] = [];
    for (const kind of Object.values(kinds))
      for await (const { items } of this.administrator.pages(kind, never, { selector }))
        found.push(...items.map(({ metadata }) => `${kind.kind} ${metadata.name}`));
    return found;
  }

  async stop(): Promise<void> {
    await this.gateway.close();
    await this.metrics.close();
    this.administrator.transport.close();
    await this.plane.stop();
  }
}
