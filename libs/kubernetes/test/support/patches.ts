import type { PodPatch } from '@berth/contracts/common';
import type { DesiredWorkload } from '@berth/contracts/runtime';
import fc from 'fast-check';

const word = fc.string({ unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'), minLength: 1, maxLength: 12 });
const optionally = <Shape>(shape: { [Field in keyof Shape]: fc.Arbitrary<Shape[Field]> }) =>
  fc.record(shape, { requiredKeys: [] }) as fc.Arbitrary<Partial<Shape>>;

const key = fc.constantFrom('topology.kubernetes.io/zone' as const, 'kubernetes.io/arch' as const);
const match = fc.oneof(
  fc.record({
    key,
    operator: fc.constantFrom('In' as const, 'NotIn' as const),
    values: fc.array(word, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ key, operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const) }),
);
const term = fc.record({ matchExpressions: fc.array(match, { minLength: 1, maxLength: 3 }) });
const nodeAffinity = optionally({
  requiredDuringSchedulingIgnoredDuringExecution: fc.record({
    nodeSelectorTerms: fc.array(term, { minLength: 1, maxLength: 2 }),
  }),
  preferredDuringSchedulingIgnoredDuringExecution: fc.array(
    fc.record({ weight: fc.integer({ min: 1, max: 100 }), preference: term }),
    { maxLength: 2 },
  ),
});
const toleration = fc.record({
  key: fc.constantFrom('node.kubernetes.io/not-ready' as const, 'node.kubernetes.io/unreachable' as const),
  ...{ operator: fc.constant('Exists' as const), effect: fc.constant('NoExecute' as const) },
  tolerationSeconds: fc.integer({ min: 0, max: 3_600 }),
});
const dnsOption = fc.record(
  { name: fc.constantFrom('ndots' as const, 'timeout' as const, 'rotate' as const), value: fc.nat(99).map(String) },
  { requiredKeys: ['name'] },
);
const emptyDir = fc.record(
  { sizeLimit: fc.integer({ min: 1, max: 1_024 }).map((size) => `${size}Mi`), medium: fc.constant('Memory' as const) },
  { requiredKeys: ['sizeLimit'] },
);
const volume = fc.record({ name: word.map((name) => `scratch-${name}`), emptyDir });
const user = fc.integer({ min: 1, max: 2_147_483_647 });
const hook = fc.record({ exec: fc.record({ command: fc.array(word, { minLength: 1, maxLength: 3 }) }) });

const spec = optionally({
  terminationGracePeriodSeconds: fc.integer({ min: 15, max: 120 }),
  tolerations: fc.uniqueArray(toleration, { selector: (each) => each.key, maxLength: 2 }),
  affinity: fc.record({ nodeAffinity }),
  dnsConfig: fc.record({ options: fc.array(dnsOption, { maxLength: 3 }) }),
  securityContext: optionally({ runAsUser: user, runAsGroup: user }),
  volumes: fc.uniqueArray(volume, { selector: ({ name }) => name, maxLength: 3 }),
});

const container = optionally({
  workingDir: word.map((name) => `/srv/${name}`),
  lifecycle: optionally({ postStart: hook, preStop: hook }),
});

/** Any patch that a process type of this name may have: each of its volumes is mounted. */
export const patchOf = (process: string): fc.Arbitrary<PodPatch> =>
  fc
    .record({
      annotations: fc.dictionary(
        word.map((name) => `prometheus.io/${name}`),
        word,
        { maxKeys: 2 },
      ),
      spec,
      container,
    })
    .map(({ annotations, spec: pod, container: { lifecycle, ...rest } }) => {
      const volumeMounts = (pod.volumes ?? []).map(({ name }) => ({ name, mountPath: `/mnt/${name}` }));
      const { preStop: _, ...web } = lifecycle ?? {};
      const hooks = process === 'web' ? web : lifecycle;
      const main = { name: process, ...rest, ...(hooks && { lifecycle: hooks }), volumeMounts };
      return { metadata: { annotations }, spec: { ...pod, containers: [main] } };
    });

/** The same with a patch for each of its process types. */
export const withPatches = (desired: DesiredWorkload): fc.Arbitrary<DesiredWorkload> =>
  fc.tuple(...desired.processes.map(({ name }) => patchOf(name))).map((patches) => ({
    ...desired,
    processes: desired.processes.map((process, at) => ({ ...process, patch: patches[at] as PodPatch })),
  }));
