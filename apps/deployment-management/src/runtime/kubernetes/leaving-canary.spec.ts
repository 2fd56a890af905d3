import { type DesiredCanary, type DesiredWorkload } from '@berth/contracts/runtime';
import { canaryObjectName, deploymentName } from '@berth/kubernetes';
import { describe, expect, it } from '@jest/globals';
import type { Deployment, HttpRoute, Ingress } from './cluster-objects.js';
import { leavingCanary, type Scenery, withLeaving, workedOn } from './leaving-canary.js';

const gateway = { namespace: 'gateway', name: 'public' };
const release = (number: number) => ({ number, hash: `hash-${number}` }) as DesiredWorkload['release'];
const desired = (number: number, more: Partial<DesiredWorkload> = {}): DesiredWorkload =>
  ({
    name: 'shop',
    release: release(number),
    restartToken: `token.v${number}`,
    hosts: ['shop.example'],
    processes: [{ name: 'web', instances: 2 }],
    ...more,
  }) as never;
const canary = (weight: number, number = 2): DesiredCanary =>
  ({ release: release(number), environment: { SECRET: 'x' }, restartToken: `token.v${number}`, weight }) as never;

const route = (weight: number, over: { generation?: number; resolved?: 'True' | 'False' } = {}): HttpRoute => ({
  ...{ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute' },
  metadata: { name: 'shop', namespace: 'n', generation: over.generation ?? 3 },
  spec: {
    hostnames: ['shop.example'],
    rules: [
      {
        backendRefs: [
          { name: 'shop', weight: 100 - weight },
          { name: canaryObjectName('shop'), weight },
        ],
      },
    ],
  },
  status: {
    parents: [
      {
        parentRef: gateway,
        conditions: [
          { type: 'Accepted', status: 'True', observedGeneration: 3 },
          { type: 'ResolvedRefs', status: over.resolved ?? 'True', observedGeneration: 3 },
        ],
      },
    ],
  },
});
const own = (number: number, status: Deployment['status'] = {}): Deployment => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment' },
  metadata: { name: deploymentName(desired(number), 'web'), generation: 5 },
  spec: {
    replicas: 2,
    template: {
      metadata: {
        annotations: {
          ...{ 'berth.dev/release': String(number), 'berth.dev/release-hash': `hash-${number}` },
          'berth.dev/restart-token': `token.v${number}`,
        },
      },
    },
  },
  status: { observedGeneration: 5, replicas: 2, updatedReplicas: 2, availableReplicas: 2, ...status },
});
const scenery = (routes: HttpRoute[], deployments: Deployment[] = []): Scenery => ({
  ...{ routes, deployments, gateway, ingresses: [] },
});
const ingress = (service: string, isPublished = true): Ingress => ({
  ...{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'shop', namespace: 'n' } },
  spec: { rules: [{ host: 'shop.example', http: { paths: [{ backend: { service: { name: service } } }] } }] },
  status: { loadBalancer: { ingress: isPublished ? [{}] : [] } },
});
const sharing = (weight: number) => ({ desired: desired(1, { canary: canary(weight) }), leaving: null });
const leaving = (weight: number, number = 2) => ({ desired: desired(number), leaving: canary(weight) });

describe('a canary that is stated no more', () => {
  it.each([
    ['its release takes over: keeps its weight while the workload’s own instances are of the former', own(1), {}, 25],
    ['they are not all replaced', own(2, { updatedReplicas: 1 }), {}, 25],
    ['an old one is still there', own(2, { replicas: 3 }), {}, 25],
    ['they are not all ready', own(2, { availableReplicas: 1 }), {}, 25],
    ['the cluster has not seen the change', own(2, { observedGeneration: 4 }), {}, 25],
    ['all are of its release: gets no more requests', own(2), {}, 0],
  ])('%s', (_, deployment, _more, weight) => {
    expect(leavingCanary(sharing(25), desired(2), scenery([route(25)], [deployment]))?.weight).toBe(weight);
  });

  it('without its release taking over gets no more requests at once', () => {
    expect(leavingCanary(sharing(25), desired(1), scenery([route(25)], [own(1)]))?.weight).toBe(0);
    expect(leavingCanary(sharing(25), desired(3), scenery([route(25)], [own(3)]))?.weight).toBe(0);
  });

  it('goes when the gateway has said that it leads nobody there, and not before', () => {
    const next = (...routes: HttpRoute[]) => leavingCanary(leaving(0), desired(2), scenery(routes, [own(2)]));
    expect(next(route(25))?.weight).toBe(0);
    expect(next(route(0, { generation: 4 }))?.weight).toBe(0);
    expect(next(route(0, { resolved: 'False' }))?.weight).toBe(0);
    expect(next(route(0))).toBeNull();
  });

  it('goes at once where nobody is led to it: it never had requests, or there is no route', () => {
    expect(leavingCanary(sharing(0), desired(1), scenery([route(0)]))).toBeNull();
    expect(leavingCanary(leaving(0), desired(1), scenery([]))).toBeNull();
  });

  it('does not get its weight back when instances come and go after the workload’s own took over', () => {
    const restless = scenery([route(0, { generation: 4 })], [own(2, { availableReplicas: 1 })]);
    expect(leavingCanary(leaving(0), desired(2), restless)?.weight).toBe(0);
  });

  it('leaves before another one may have its place', () => {
    const next = desired(1, { canary: canary(0, 3) });
    const before = { release: { number: 2 }, weight: 0 };
    expect(leavingCanary(sharing(25), next, scenery([route(25)]))).toMatchObject(before);
    const known = { desired: next, leaving: canary(0) };
    expect(leavingCanary(known, next, scenery([route(0, { generation: 4 })]))).toMatchObject(before);
    expect(withLeaving(next, canary(0)).canary).toMatchObject(before);
    expect(leavingCanary(known, next, scenery([route(0)]))).toBeNull();
    // One that never had requests lets the next one in at once.
    expect(leavingCanary(sharing(0), next, scenery([route(0)]))).toBeNull();
  });

  it('whose release has just taken over keeps its weight for that also when the next one waits', () => {
    const next = desired(2, { canary: canary(0, 3) });
    const known = { desired: desired(2), leaving: canary(25) };
    expect(leavingCanary(known, next, scenery([route(25)], [own(1)]))).toMatchObject({ weight: 25 });
    expect(leavingCanary(known, next, scenery([route(25)], [own(2)]))).toMatchObject({ weight: 0 });
  });

  it('behind Ingresses has everything until all lead elsewhere and are served, and then goes', () => {
    const [here, there] = [ingress(canaryObjectName('shop')), ingress('shop')];
    const at = (...ingresses: Ingress[]): Scenery => ({ ...scenery([], [own(2)]), ingresses });
    expect(leavingCanary(sharing(100), desired(2), { ...at(here), deployments: [own(1)] })?.weight).toBe(100);
    expect(leavingCanary(sharing(100), desired(2), at(here))?.weight).toBe(0);
    expect(leavingCanary(leaving(0), desired(2), at(here))?.weight).toBe(0);
    expect(leavingCanary(leaving(0), desired(2), at(there, ingress('shop', false)))?.weight).toBe(0);
    expect(leavingCanary(leaving(0), desired(2), at(there, there))).toBeNull();
  });

  it('goes at once when nothing is to serve, whatever the gateway says', () => {
    const stopped = desired(1, { processes: [{ name: 'web', instances: 0 }] as never });
    expect(leavingCanary(sharing(25), stopped, scenery([route(25)]))).toBeNull();
    expect(leavingCanary(leaving(0), { ...stopped, processes: [] }, scenery([route(25)]))).toBeNull();
  });

  it('is not taken for the one that waits for it', () => {
    const next = desired(1, { canary: canary(0, 3) });
    expect(workedOn({ desired: next, leaving: canary(0) })).not.toHaveProperty('canary');
    expect(workedOn({ desired: next, leaving: null })).toEqual(next);
    expect(workedOn({ desired: null, leaving: null })).toBeNull();
  });

  it('is none while it is stated, when nothing is known, and when there was none', () => {
    const stated = desired(1, { canary: canary(10) });
    expect(leavingCanary(sharing(10), stated, scenery([route(10)]))).toBeNull();
    expect(leavingCanary(null, desired(1), scenery([]))).toBeNull();
    expect(leavingCanary({ desired: desired(1), leaving: null }, desired(2), scenery([]))).toBeNull();
  });

  it('is stated beside what is desired, without its variables, which only a start needs', () => {
    const left = leavingCanary(sharing(25), desired(2), scenery([route(25)], [own(1)]));
    expect(withLeaving(desired(2), left).canary).toMatchObject({ weight: 25, environment: {} });
    expect(withLeaving(desired(2), null)).toEqual(desired(2));
  });
});
