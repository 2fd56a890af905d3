import { podPatch } from '@berth/contracts/common';
import type { DesiredWorkload } from '@berth/contracts/runtime';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isPodMaker, type KubeObject, podOf, workloadManifests } from '../src/index.js';
import { anyWorkload, keeper, settings, shop } from './support/desired.js';
import { patchOf, withPatches } from './support/patches.js';

type Container = Record<string, unknown> & { readonly volumeMounts: object[] };
type Annotations = Readonly<Record<string, string>>;
interface Maker extends KubeObject {
  readonly spec: Record<string, unknown> & {
    readonly template: {
      readonly metadata: { readonly labels: object; readonly annotations: Annotations };
      readonly spec: Record<string, unknown> & { readonly volumes: object[]; readonly containers: Container[] };
    };
  };
}

const isMaker = (object: KubeObject): object is Maker => ['Deployment', 'StatefulSet'].includes(object.kind);
const anyPatched = anyWorkload.chain((plain) => withPatches(plain).map((desired) => ({ plain, desired })));

/** What a patch may speak of, taken out: what is left is to be as without it. */
function withoutPatched(maker: Maker, plain: Maker): object {
  const { template } = maker.spec;
  const { affinity: _a, tolerations: _t, dnsConfig: _d, terminationGracePeriodSeconds: _g, ...spec } = template.spec;
  const [main = { volumeMounts: [] }] = spec.containers;
  const { workingDir: _w, lifecycle: _l, ...container } = main;
  const own = plain.spec.template;
  return {
    ...maker,
    spec: {
      ...maker.spec,
      template: {
        metadata: {
          ...template.metadata,
          annotations: pickLike(own.metadata.annotations, template.metadata.annotations),
        },
        spec: {
          ...spec,
          securityContext: pickLike(own.spec['securityContext'] as object, spec['securityContext'] as object),
          volumes: spec.volumes.slice(0, own.spec.volumes.length),
          containers: [
            { ...container, volumeMounts: main.volumeMounts.slice(0, own.spec.containers[0]?.volumeMounts.length) },
            ...spec.containers.slice(1),
          ],
        },
      },
    },
  };
}

const pickLike = (like: object, from: object): object =>
  Object.fromEntries(Object.entries(from).filter(([name]) => name in like));

describe('a patch', () => {
  it('that is tried here is one that is taken', () => {
    fc.assert(fc.property(patchOf('web'), (patch) => expect(podPatch.parse(patch)).toEqual(patch)));
  });

  it('changes nothing but what it may speak of, whatever it says, of whatever workload', () => {
    fc.assert(
      fc.property(anyPatched, ({ plain, desired }) => {
        const [before, after] = [workloadManifests(plain, settings), workloadManifests(desired, settings)];
        for (const [at, object] of after.entries()) {
          const own = before[at]!;
          if (!isMaker(object) || !isMaker(own)) expect(object).toEqual(own);
          else expect(withoutPatched(object, own)).toEqual(withoutPatched(own, own));
        }
      }),
    );
  });

  it('is laid over what is there, by the names in its lists', () => {
    const patch = podPatch.parse({
      metadata: { annotations: { 'prometheus.io/scrape': 'true' } },
      spec: {
        terminationGracePeriodSeconds: 60,
        dnsConfig: { options: [{ name: 'ndots', value: '1' }] },
        securityContext: { runAsUser: 1_000 },
        volumes: [{ name: 'scratch-cache', emptyDir: { sizeLimit: '64Mi' } }],
        containers: [
          {
            name: 'web',
            volumeMounts: [{ name: 'scratch-cache', mountPath: '/var/cache' }],
            lifecycle: { postStart: { exec: { command: ['warm-up'] } } },
          },
        ],
      },
    });
    const [web, worker] = shop.processes;
    const makers = workloadManifests({ ...shop, processes: [{ ...web!, patch }, worker!] }, settings).filter(isMaker);
    const { metadata, spec } = makers[0]!.spec.template;
    expect(metadata.annotations).toMatchObject({ 'prometheus.io/scrape': 'true', 'berth.dev/release': '3' });
    expect(spec).toMatchObject({
      terminationGracePeriodSeconds: 60,
      dnsConfig: { options: [{ name: 'ndots', value: '1' }] },
      securityContext: { runAsNonRoot: true, runAsUser: 1_000, seccompProfile: { type: 'RuntimeDefault' } },
      volumes: [{ name: 'tmp' }, { name: 'scratch-cache' }],
      containers: [
        {
          volumeMounts: [{ mountPath: '/tmp' }, { mountPath: '/var/cache' }],
          // What lets the last requests in stays.
          lifecycle: { postStart: { exec: { command: ['warm-up'] } }, preStop: { sleep: { seconds: 5 } } },
        },
      ],
    });
    expect(JSON.stringify(makers[1])).not.toContain('scratch');
  });

  it('of another process type is nothing to this one, and a volume that outlives instances stays', () => {
    const patch = podPatch.parse({ spec: { containers: [{ name: 'other', workingDir: '/x' }] } });
    const processes = keeper.processes.map((each) => ({ ...each, patch }));
    expect(workloadManifests({ ...keeper, processes }, settings)).toEqual(workloadManifests(keeper, settings));
  });
});

describe('the pod that is tried', () => {
  it('has a volume for each mount, those of its own instance included', () => {
    interface Tried extends KubeObject {
      readonly spec: {
        readonly volumes: { name: string }[];
        readonly containers: { volumeMounts: { name: string }[] }[];
      };
    }
    const pods = (desired: DesiredWorkload) =>
      workloadManifests(desired, settings)
        .filter(isPodMaker)
        .map((maker) => podOf(maker) as Tried);
    const mountsOf = ({ spec }: Tried) => spec.containers.flatMap(({ volumeMounts }) => volumeMounts);
    fc.assert(
      fc.property(anyPatched, ({ desired }) => {
        for (const pod of pods(desired)) {
          const volumes = pod.spec.volumes.map(({ name }) => name);
          expect(new Set(mountsOf(pod).map(({ name }) => name))).toEqual(new Set(volumes));
          expect(new Set(volumes).size).toBe(volumes.length);
        }
      }),
    );
    expect(pods(keeper)[1]?.spec.volumes.at(-1)).toMatchObject({ persistentVolumeClaim: {} });
  });
});
