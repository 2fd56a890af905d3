import { kinds, type KubeClient, type KubeObject, Mirror, OURS, pathOf } from '@berth/kubernetes';
import { Clock } from '@berth/service-kit';

interface Claim extends KubeObject {
  readonly spec: {
    readonly volumeName?: string;
    readonly resources: { readonly requests: { readonly storage: string } };
  };
  readonly status?: { readonly phase?: string; readonly capacity?: { readonly storage: string } };
}

const CLASS = 'played';
const MERGE = 'application/merge-patch+json';

/**
 * Does what a provisioner and a resizer of volumes do, without any disk: what is claimed has a volume at once, which grows
 * when the claim does. The cluster itself binds them, and schedules no pod before that.
 */
export class PlayedStorage {
  private readonly stopped = new AbortController();
  private readonly claims: Mirror<Claim>;
  private following: Promise<unknown> = Promise.resolve();

  constructor(private readonly client: KubeClient) {
    this.claims = new Mirror<Claim>(client, {
      ...{ clock: new Clock(), selector: OURS, kind: kinds.persistentVolumeClaim, indexBy: () => 'all' },
      onChange: (claim) => void this.serve([claim]),
      onReplace: () => void this.serve(this.claims.of('all')),
    });
  }

  async start(): Promise<void> {
    await this.ask('POST', '/apis/storage.k8s.io/v1/storageclasses', {
      ...{ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', provisioner: 'berth.dev/played' },
      metadata: { name: CLASS, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      allowVolumeExpansion: true,
    });
    this.following = this.claims.follow(this.stopped.signal);
    await this.claims.settled;
  }

  async close(): Promise<void> {
    this.stopped.abort();
    await this.following;
    const { signal } = new AbortController();
    await this.client.transport.ask({
      ...{ method: 'DELETE', path: `/apis/storage.k8s.io/v1/storageclasses/${CLASS}`, signal },
    });
  }

  private async serve(claims: readonly Claim[]): Promise<void> {
    // One that went meanwhile is served no more, and what is tried twice is there already.
    for (const claim of claims) await this.serveOne(claim).catch(() => undefined);
  }

  private async serveOne(claim: Claim): Promise<void> {
    const { spec, status, metadata } = claim;
    if (metadata.deletionTimestamp !== undefined) return;
    const { storage } = spec.resources.requests;
    if (status?.phase !== 'Bound') return this.provision(claim, storage);
    if (status.capacity?.storage === storage) return;
    const capacity = { storage };
    await this.ask('PATCH', `/api/v1/persistentvolumes/${spec.volumeName}`, { spec: { capacity } });
    const path = pathOf(kinds.persistentVolumeClaim, metadata.namespace, metadata.name);
    await this.ask('PATCH', `${path}/status?fieldManager=played`, { status: { capacity } });
  }

  private async provision({ metadata }: Claim, storage: string): Promise<void> {
    const { name, namespace, uid } = metadata;
    await this.ask('POST', '/api/v1/persistentvolumes', {
      ...{ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: `played-${uid}` } },
      spec: {
        ...{ capacity: { storage }, accessModes: ['ReadWriteOnce'], storageClassName: CLASS },
        claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid },
        hostPath: { path: '/nowhere' },
      },
    });
  }

  private async ask(method: 'POST' | 'PATCH', path: string, body: object): Promise<void> {
    const { signal } = this.stopped;
    await this.client.transport.ask({
      ...{ method, path, body, signal },
      ...(method === 'PATCH' && { contentType: MERGE }),
    });
  }
}
