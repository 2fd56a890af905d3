import type { KubeClient, KubeObject } from '@berth/kubernetes';
import { admissionTrouble, type Trouble } from './troubles.js';

interface ClusterEvent extends KubeObject {
  readonly message?: string;
}

/**
 * Why no pod of an object could be made; null while nothing is known against it. A Job says so nowhere but in events, which
 * are not followed: they are asked for while it has no pod.
 */
export async function refusalOfPods(
  client: KubeClient,
  { metadata }: KubeObject,
  signal: AbortSignal,
): Promise<Trouble | null> {
  const fieldSelector = `involvedObject.uid=${metadata.uid ?? ''},reason=FailedCreate`;
  const query = new URLSearchParams({ fieldSelector, limit: '20' });
  const path = `/api/v1/namespaces/${metadata.namespace ?? ''}/events?${query.toString()}`;
  const { items } = await client.transport.ask<{ items: ClusterEvent[] }>({ method: 'GET', path, signal });
  return items.map(({ message = '' }) => admissionTrouble({ message })).find((each) => each !== null) ?? null;
}
