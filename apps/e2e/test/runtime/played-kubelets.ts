import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { KubeClient } from '@berth/kubernetes';

const { signal: never } = new AbortController();

/** What a kubelet says of one pod: k8s.io/kubelet/pkg/apis/stats/v1alpha1, PodStats. */
export interface PlayedPodStats {
  readonly podRef: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly 'ephemeral-storage'?: { readonly usedBytes?: number };
  readonly volume?: readonly {
    readonly name: string;
    readonly pvcRef?: { readonly name: string; readonly namespace: string };
    readonly usedBytes?: number;
    readonly capacityBytes?: number;
  }[];
}

/** The API server leads nobody to a node on loopback. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const own = all.find(({ family, internal }) => family === 'IPv4' && !internal);
  if (!own) throw new Error('This machine has no address but loopback: the API server asks no kubelet there.');
  return own.address;
}

/** The kubelets of all nodes, as far as `/stats/summary` goes: the real API server asks them, and nobody else can. */
export class PlayedKubelets {
  /** What was asked of them, by path. */
  readonly asked: string[] = [];
  pods: readonly PlayedPodStats[] = [];
  /** What they answer with; a kubelet that is starting says 503. */
  status = 200;
  private readonly server: Server;

  constructor(folder: string) {
    const read = (file: string) => readFileSync(join(folder, file));
    this.server = createServer({ cert: read('apiserver.crt'), key: read('apiserver.key') }, (request, response) => {
      this.asked.push(request.url ?? '');
      const isKnown = request.url === '/stats/summary';
      response.writeHead(isKnown ? this.status : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(isKnown ? { node: { nodeName: 'played' }, pods: this.pods } : {}));
    });
  }

  /** From now on they are where the API server looks for the kubelets of these nodes. */
  async replace(administrator: KubeClient, nodes: readonly string[]): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(0, ownAddress(), resolve);
    });
    const { address, port } = this.server.address() as AddressInfo;
    const addresses = [{ type: 'InternalIP', address }];
    for (const node of nodes)
      await administrator.transport.ask({
        ...{ method: 'PATCH', path: `/api/v1/nodes/${node}/status`, contentType: 'application/merge-patch+json' },
        ...{ body: { status: { addresses, daemonEndpoints: { kubeletEndpoint: { Port: port } } } }, signal: never },
      });
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
