import type { DesiredWorkload } from '@berth/contracts/runtime';
import type { KubeObject } from '../kube-object.js';
import { names } from './labels.js';
import { encoded } from './secret-data.js';

type Registries = NonNullable<DesiredWorkload['registries']>;
type Puller = Pick<DesiredWorkload, 'registries'>;

/** The name under which container tools know the registry that everybody calls docker.io. */
const DOCKER_HUB = 'https://index.docker.io/v1/';

/**
 * The Secret that pods pull their image with, in a namespace and with labels of its owner; none where nothing is known of
 * registries. It changes in place: its name is in the pods, which are not replaced because of it.
 */
export function pullSecret(puller: Puller, metadata: KubeObject['metadata']): KubeObject[] {
  if (!puller.registries) return [];
  const { version, logins } = puller.registries;
  const annotations = { [names.registries]: version };
  return [
    {
      ...{ apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/dockerconfigjson' },
      metadata: { ...metadata, annotations },
      data: encoded({ '.dockerconfigjson': JSON.stringify({ auths: authsOf(logins) }) }),
    } as KubeObject,
  ];
}

/** What a pod says of it. */
export const pullsWith = ({ registries }: Puller, name: string): object =>
  registries ? { imagePullSecrets: [{ name }] } : {};

const authsOf = (logins: Registries['logins']): object =>
  Object.fromEntries(
    logins.map(({ registry, username, password }) => [
      registry === 'docker.io' ? DOCKER_HUB : registry,
      { username, password, auth: Buffer.from(`${username}:${password}`).toString('base64') },
    ]),
  );
