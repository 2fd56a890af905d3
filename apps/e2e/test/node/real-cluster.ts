import { readFileSync } from 'node:fs';
import { KubeClient, type KubeObject, kinds, readKubeconfig, Transport } from '@berth/kubernetes';
import { Clock } from '@berth/service-kit';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the tool that starts a node is no library
import { type RealNode, startNode } from '../../../../tools/kube/node/real-node.mjs';
import { install, kubeconfigOf } from '../runtime/kubernetes-account.js';
import { programs } from './images.js';

const { signal: never } = new AbortController();

export interface RunningPod extends KubeObject {
  readonly status: { readonly podIP?: string; readonly phase: string };
}

/** A cluster whose pods run, with images of the tests in its registry. */
export class RealCluster {
  private constructor(
    readonly node: RealNode,
    readonly administrator: KubeClient,
    /** Of the account that `k8s/rbac` makes. */
    readonly kubeconfig: string,
    /** By name, the reference with its digest. */
    readonly images: Readonly<Record<string, string>>,
  ) {}

  static async start(): Promise<RealCluster> {
    const node = await startNode();
    const access = readKubeconfig(readFileSync(node.kubeconfig, 'utf8'));
    const administrator = new KubeClient(new Transport(access, new Clock()));
    const kubeconfig = kubeconfigOf(node.url, access.authority ?? '', await install(administrator));
    const images: Record<string, string> = {};
    for (const [name, text] of Object.entries(programs))
      images[name] = await node.image(`${name}:1`, { 'server.js': text });
    return new RealCluster(node, administrator, kubeconfig, images);
  }

  image(name: keyof typeof programs): string {
    const image = this.images[name];
    if (image === undefined) throw new Error(`No image ${name} was made.`);
    return image;
  }

  async pods(workloadId: string): Promise<RunningPod[]> {
    const selector = `berth.dev/workload=${workloadId}`;
    const pods: RunningPod[] = [];
    for await (const { items } of this.administrator.pages<RunningPod>(kinds.pod, never, { selector }))
      pods.push(...items);
    return pods;
  }

  async stop(): Promise<void> {
    this.administrator.transport.close();
    await this.node.stop();
  }
}
