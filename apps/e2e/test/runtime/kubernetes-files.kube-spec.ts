import { type KubeObject, kinds } from '@berth/kubernetes';
import { type FilesHarness, filesContract } from './files.contract.js';
import { type KubernetesWorld, kubernetesWorld, never } from './kubernetes-world.js';

const NAMESPACE = 'shop-files-0123456789';

interface Pod extends KubeObject {
  readonly spec: {
    readonly volumes: readonly {
      readonly secret?: { readonly secretName: string; readonly items: readonly { key: string; path: string }[] };
    }[];
    readonly containers: readonly { readonly env?: readonly { readonly name: string }[] }[];
  };
}

/** What a kubelet would write for the pods that the API server has: nodes are played, nothing is mounted. */
async function podsOf({ direct }: KubernetesWorld, selector: string): Promise<Pod[]> {
  const pods: Pod[] = [];
  for await (const { items } of direct.pages<Pod>(kinds.pod, never, { namespace: NAMESPACE, selector }))
    pods.push(...items.filter(({ metadata }) => !metadata.deletionTimestamp));
  return pods;
}

async function mountedIn({ direct }: KubernetesWorld, { spec }: Pod): Promise<Record<string, string> | null> {
  const source = spec.volumes.flatMap(({ secret }) => secret ?? [])[0];
  const isTold = spec.containers.some(({ env = [] }) => env.some(({ name }) => name === 'BERTH_FILES'));
  if (!source || !isTold) return null;
  const secret = (await direct.get(kinds.secret, source.secretName, never, NAMESPACE)) as
    (KubeObject & { readonly data: Readonly<Record<string, string>> }) | null;
  return Object.fromEntries(source.items.map(({ key, path }) => [path, secret?.data[key] ?? 'is gone']));
}

/** Secrets of files that are there, by what they are of. */
async function start(): Promise<FilesHarness> {
  const world = await kubernetesWorld();
  return {
    runtime: world.runtime,
    artifact: `sha256:${'0'.repeat(64)}`,
    found: async ({ workloadId, release: { number } }) => {
      const pods = await podsOf(world, `berth.dev/workload=${workloadId}`);
      const current = pods.filter(({ metadata }) => metadata.annotations?.['berth.dev/release'] === String(number));
      if (current.length < pods.length) return [];
      return Promise.all(current.map((pod) => mountedIn(world, pod)));
    },
    foundBy: async ({ taskId }) => {
      const [pod] = await podsOf(world, `berth.dev/task=${taskId}`);
      return pod ? mountedIn(world, pod) : null;
    },
    close: world.close,
  };
}

filesContract('Kubernetes', start);
