import type { KubeClient, KubeObject } from '@berth/kubernetes';
import type { StorageClass } from '../volume-runtime.js';

const DEFAULT = 'storageclass.kubernetes.io/is-default-class';

interface ClusterStorageClass extends KubeObject {
  readonly allowVolumeExpansion?: boolean;
}

export async function storageClassesOf(client: KubeClient, signal: AbortSignal): Promise<StorageClass[]> {
  const path = '/apis/storage.k8s.io/v1/storageclasses';
  const { items } = await client.transport.ask<{ items: ClusterStorageClass[] }>({ method: 'GET', path, signal });
  return items.map(({ metadata, allowVolumeExpansion }) => ({
    name: metadata.name,
    isDefault: metadata.annotations?.[DEFAULT] === 'true',
    grows: allowVolumeExpansion === true,
  }));
}
