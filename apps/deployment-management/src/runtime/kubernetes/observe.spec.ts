import { type DesiredWorkload, observedInstance } from '@berth/contracts/runtime';
import { canaryObjectName } from '@berth/kubernetes';
import { describe, expect, it } from '@jest/globals';
import type {
  Condition,
  ContainerStatus,
  Deployment,
  EndpointSlice,
  HttpRoute,
  Ingress,
  Pod,
} from './cluster-objects.js';
import { weightFor } from './accepted-routes.js';
import { instancesOf, quantity } from './instances.js';
import { observationOf } from './observe.js';
import { ServingChanges } from './serving-changes.js';
import { podTrouble, workloadTrouble } from './troubles.js';

const digest = (mark: string): string => `sha256:${mark.padEnd(64, '0')}`;
const at = '2026-11-21T10:00:00Z';
const gateway = { namespace: 'gateway', name: 'public' };

const container = (change: Partial<ContainerStatus> = {}): ContainerStatus => ({
  ...{ name: 'web', ready: false, restartCount: 0, started: false },
  ...change,
});
const waiting = (reason: string, message = '') => container({ state: { waiting: { reason, message } } });
const ended = (exitCode: number, reason = 'Error', restartCount = 1) =>
  container({ restartCount, state: { terminated: { exitCode, reason, finishedAt: at } } });

const pod = (
  status: ContainerStatus | null,
  conditions: readonly Condition[] = [],
  deletionTimestamp?: string,
): Pod => ({
  ...{ apiVersion: 'v1', kind: 'Pod' },
  metadata: {
    ...{ name: 'shop-web-1a2b3c4d-55b87bc697-hjkfk', namespace: 'n', creationTimestamp: at },
    labels: { 'app.kubernetes.io/component': 'web' },
    annotations: {
      ...{ 'berth.dev/release': '3', 'berth.dev/release-hash': digest('a'), 'berth.dev/artifact': digest('b') },
      ...{ 'berth.dev/config-hash': digest('c'), 'berth.dev/restart-token': 'token' },
    },
    ...(deletionTimestamp && { deletionTimestamp }),
  },
  spec: { containers: [{ image: `x/y@${digest('b')}`, resources: { limits: { cpu: '250m', memory: '1Gi' } } }] },
  status: { phase: 'Running', startTime: at, conditions, ...(status && { containerStatuses: [status] }) },
});
const ready: Condition = { type: 'Ready', status: 'True', lastTransitionTime: at };
const only = (each: Pod, routed = true) => instancesOf([each], () => routed)[0]!;

describe('a pod as an instance', () => {
  it('is what the contracts say', () => {
    const instance = only(pod(container({ ready: true, state: { running: {} } }), [ready]));
    expect(observedInstance.parse(instance)).toEqual({
      ...{ id: 'web-55b87bc697-hjkfk', processType: 'web', release: 3, releaseHash: digest('a') },
      ...{ artifactDigest: digest('b'), configHash: digest('c'), restartToken: 'token', cpuMillicores: 250 },
      ...{ memoryMib: 1_024, state: 'ready', routed: true, restarts: 0, startedAt: '2026-11-21T10:00:00.000Z' },
      ...{ readySince: '2026-11-21T10:00:00.000Z', lastExit: null, trouble: null },
    });
  });

  it('runs the image that it runs, whatever is written beside it', () => {
    const other = { containers: [{ image: `x/y@${digest('e')}` }] };
    expect(only({ ...pod(null), spec: other }).artifactDigest).toBe(digest('e'));
  });

  it.each([
    ['starting', pod(null)],
    ['starting', pod(container({ state: { waiting: { reason: 'ContainerCreating' } } }))],
    ['starting', pod(container({ state: { running: {} } }))],
    ['unready', pod(container({ started: true, state: { running: {} } }))],
    ['backoff', pod(waiting('CrashLoopBackOff'))],
    ['backoff', pod(ended(1))],
    ['stopping', pod(container({ ready: true, state: { running: {} } }), [ready], at)],
  ])('is %s', (state, each) => {
    expect(only(each)).toMatchObject({ state, routed: false, readySince: null });
  });

  it('tells how it ended last', () => {
    const lastState = { terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt: at } };
    const died = only(pod({ ...waiting('CrashLoopBackOff'), restartCount: 4, lastState }));
    expect(died).toMatchObject({ restarts: 4, lastExit: { code: 137, signal: null, reason: 'out_of_memory' } });
    expect(died.trouble?.cause).toBe('out_of_memory');
  });

  it('is none when the platform did not make it, or when it is over', () => {
    const { annotations: _, ...metadata } = pod(null).metadata;
    const over = { ...pod(null), status: { phase: 'Failed' } };
    expect(instancesOf([{ ...pod(null), metadata }, over], () => true)).toEqual([]);
  });
});

describe('why a pod is not ready', () => {
  const unschedulable: Condition = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message: '0/3 nodes',
  };
  it.each([
    ['image_not_found', pod(waiting('ErrImagePull', 'manifest unknown'))],
    ['image_not_found', pod(waiting('ImagePullBackOff', 'Back-off pulling image'))],
    ['image_denied', pod(waiting('ErrImagePull', '401 Unauthorized'))],
    [
      'image_denied',
      pod(waiting('ErrImagePull', 'pull access denied, repository does not exist or may require login: not found')),
    ],
    ['image_invalid', pod(waiting('ErrImagePull', 'no match for platform in manifest'))],
    ['image_invalid', pod(waiting('InvalidImageName'))],
    [
      'image_needs_root',
      pod(waiting('CreateContainerConfigError', 'container has runAsNonRoot and image will run as root')),
    ],
    ['image_needs_root', pod(waiting('CreateContainerConfigError', 'image has non-numeric user (app)'))],
    ['config_invalid', pod(waiting('CreateContainerConfigError', 'secret "shop-config-1" not found'))],
    ['start_failed', pod(waiting('RunContainerError', 'exec: "node": not found'))],
    ['start_failed', pod(ended(127, 'Error', 0))],
    ['crash_loop', pod(ended(127, 'Error', 3))],
    ['crash_loop', pod(ended(1))],
    ['out_of_memory', pod(ended(137, 'OOMKilled'))],
    ['health_check_failed', pod(container({ started: true, state: { running: {} } }))],
    ['unschedulable', pod(null, [unschedulable])],
  ])('%s', (cause, each) => expect(podTrouble(each)?.cause).toBe(cause));

  describe('that was ended by its startup probe', () => {
    const tcp = { tcpSocket: { port: 'http' }, periodSeconds: 2, failureThreshold: 30 };
    const http = { httpGet: { path: '/up' }, periodSeconds: 2, failureThreshold: 30 };
    const livedFor = (seconds: number, change: Partial<ContainerStatus> = {}, startupProbe: object = tcp) => {
      const finishedAt = new Date(Date.parse(at) + seconds * 1_000).toISOString();
      const terminated = { exitCode: 137, reason: 'Error', startedAt: at, finishedAt, message: 'warming up\n' };
      const restarted = pod(
        container({ restartCount: 1, state: { running: {} }, lastState: { terminated }, ...change }),
      );
      return { ...restarted, spec: { containers: [{ ...restarted.spec.containers[0]!, startupProbe }] } };
    };

    it('tells what it waited for, how long, and what was printed meanwhile', () => {
      const evidence = ['It ran for 60 seconds and was ended.', 'warming up'];
      expect(podTrouble(livedFor(61))).toMatchObject({ cause: 'port_not_bound', evidence });
      expect(podTrouble(livedFor(61, {}, http))).toMatchObject({ cause: 'health_check_failed', evidence });
    });

    it('is late also while it waits to be started again', () =>
      expect(podTrouble(livedFor(61, { state: { waiting: { reason: 'CrashLoopBackOff' } } }))?.cause).toBe(
        'port_not_bound',
      ));

    it.each([
      ['when it ended earlier by itself', livedFor(20, { state: { waiting: { reason: 'CrashLoopBackOff' } } })],
      ['when it had served for long', livedFor(600, { state: { waiting: { reason: 'CrashLoopBackOff' } } })],
    ])('is a crash %s', (_, each) => expect(podTrouble(each)?.cause).toBe('crash_loop'));

    it('is nothing any more once it has started', () =>
      expect(podTrouble(livedFor(61, { started: true, ready: true }))).toBeNull());
  });

  it('shows what a crashed one printed last, line by line', () => {
    const terminated = { exitCode: 9, reason: 'Error', finishedAt: at, message: 'connecting\nno database\n' };
    const { evidence } = podTrouble(pod(container({ restartCount: 1, state: { terminated } })))!;
    expect(evidence).toEqual(['It ended with 9 (Error).', 'connecting', 'no database']);
  });

  it('is nothing while it starts', () => {
    expect(podTrouble(pod(null))).toBeNull();
    expect(podTrouble(pod(waiting('ContainerCreating')))).toBeNull();
    expect(podTrouble(pod(container({ state: { running: {} } })))).toBeNull();
  });

  it("is the whole workload's when no waiting would help", () => {
    const troubles = [pod(ended(1)), pod(waiting('InvalidImageName'))].map((each) => podTrouble(each)!);
    expect(workloadTrouble(troubles, [])?.cause).toBe('image_invalid');
    expect(workloadTrouble([troubles[0]!], [])).toBeNull();
  });

  it.each([
    ['quota_exceeded', 'pods "a" is forbidden: exceeded quota: plan, requested: pods=1'],
    ['policy_denied', 'pods "a" is forbidden: violates PodSecurity "restricted:latest"'],
    ['policy_denied', 'admission webhook "policy.example" denied the request'],
    [undefined, 'Internal error occurred'],
  ])('%s, when no pod can be made', (cause, message) => {
    const conditions: Condition[] = [{ type: 'ReplicaFailure', status: 'True', message }];
    const deployment: Deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'a' },
      status: { conditions },
    };
    expect(workloadTrouble([], [deployment])?.cause).toBe(cause);
  });
});

describe('a route', () => {
  const route = (change: { generation?: number; status?: 'True' | 'False'; name?: string } = {}): HttpRoute => ({
    ...{ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute' },
    metadata: { name: 'shop', namespace: 'n', generation: 2 },
    spec: { hostnames: ['a.example'] },
    status: {
      parents: [
        {
          parentRef: { namespace: 'gateway', name: change.name ?? 'public' },
          conditions: [
            { type: 'Accepted', status: change.status ?? 'True', observedGeneration: change.generation ?? 2 },
          ],
        },
      ],
    },
  });
  const slice = (isReady: boolean): EndpointSlice => ({
    ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: 'shop-1' } },
    endpoints: [{ conditions: { ready: isReady }, targetRef: { name: 'shop-web-1a2b3c4d-55b87bc697-hjkfk' } }],
  });
  const serving = pod(container({ ready: true, state: { running: {} } }), [ready]);
  const isRouted = (routes: HttpRoute[], slices: EndpointSlice[]) => {
    const { instances } = observationOf(
      { pods: [serving], deployments: [], slices, routes, ingresses: [], claims: [] },
      null,
      gateway,
    );
    return instances[0]?.routed;
  };

  describe('that shares its requests with a canary', () => {
    const name = canaryObjectName('shop');
    const sharing = (weight: number, resolved: 'True' | 'False' = 'True'): HttpRoute => {
      const [parent] = route().status?.parents ?? [];
      const conditions = [
        ...(parent?.conditions ?? []),
        { type: 'ResolvedRefs', status: resolved, observedGeneration: 2 },
      ];
      return {
        ...route(),
        spec: {
          hostnames: ['a.example'],
          rules: [
            {
              backendRefs: [
                { name: 'shop', weight: 100 - weight },
                { name, weight },
              ],
            },
          ],
        },
        status: { parents: [{ ...parent!, conditions }] },
      };
    };
    const see = (one: HttpRoute) => {
      const labels = { 'app.kubernetes.io/component': 'web.canary' };
      const canaries = { ...serving, metadata: { ...serving.metadata, labels } };
      const desired = { name: 'shop', hosts: ['a.example'], release: {}, canary: { release: {} } } as DesiredWorkload;
      const objects = { deployments: [], slices: [slice(true)], routes: [one], ingresses: [], claims: [] };
      const { instances, canaryWeight } = observationOf({ ...objects, pods: [serving, canaries] }, desired, gateway);
      return [canaryWeight, ...instances.map(({ processType, routed }) => `${processType} ${routed}`)];
    };

    it.each([
      ['gives it its weight when it was taken over as it is', sharing(25), [25, 'web true', 'web true']],
      ['leads nobody there without a weight', sharing(0), [undefined, 'web true', 'web false']],
      ['does not count before its backends are found', sharing(25, 'False'), [undefined, 'web true', 'web false']],
      ['does not count before it was taken over', route({ generation: 1 }), [undefined, 'web false', 'web false']],
    ])('%s', (_, one, expected) => expect(see(one)).toEqual(expected));

    const asSaid = (one: HttpRoute, accepted: 'True' | 'False'): HttpRoute => {
      const conditions = [{ type: 'Accepted', status: accepted, observedGeneration: one.metadata.generation ?? 0 }];
      return { ...one, status: { parents: [{ parentRef: gateway, conditions }] } };
    };
    it.each<[string, HttpRoute[], number | null]>([
      ['all of them have', [sharing(25), sharing(25)], 25],
      ['none of them has yet', [sharing(25), sharing(0)], null],
      ['not all say that they have', [sharing(25), route({ generation: 1 })], null],
      ['all have that the gateway does not refuse', [sharing(25), asSaid(sharing(0), 'False')], 25],
      ['nobody is led by, for all are refused', [asSaid(sharing(25), 'False')], null],
    ])('on several hosts has the weight that %s', (_, routes, weight) =>
      expect(weightFor(name, routes, gateway)).toBe(weight),
    );
  });

  it('leads to a pod when the gateway accepted it as it is and the endpoint is ready', () => {
    expect(isRouted([route()], [slice(true)])).toBe(true);
  });

  it('leads a path of a host when the route of that was accepted, whatever is said of the whole host', () => {
    const at = (path: string, accepted: HttpRoute): HttpRoute => ({
      ...accepted,
      spec: { hostnames: ['shop.example'], rules: [{ matches: [{ path: { value: path } }] }] },
    });
    const desired = { name: 'shop', hosts: ['shop.example'], release: {} } as DesiredWorkload;
    const paths = ['/api', '/new'].map((path) => ({ host: 'shop.example', path }));
    const routes = [at('/', route({ status: 'False' })), at('/api', route()), at('/new', route({ generation: 1 }))];
    const objects = { pods: [serving], deployments: [], slices: [slice(true)], routes, ingresses: [], claims: [] };
    expect(observationOf(objects, { ...desired, paths }, gateway).routes).toEqual([
      { host: 'shop.example', accepted: false },
      { ...paths[0], accepted: true },
      { ...paths[1], accepted: false },
    ]);
  });

  it.each([
    [true, [{ ip: '192.0.2.1' }]],
    [true, [{ hostname: 'edge.example.com' }]],
    [false, []],
    [false, undefined],
  ])('leads to a pod by an Ingress: %s, when its controller answers at %j', (expected, addresses) => {
    const ingress: Ingress = {
      ...{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'shop', namespace: 'n' } },
      spec: { rules: [{ host: 'shop.example.com' }] },
      status: { loadBalancer: { ...(addresses && { ingress: addresses }) } },
    };
    const { instances } = observationOf(
      { pods: [serving], deployments: [], slices: [slice(true)], routes: [], ingresses: [ingress], claims: [] },
      null,
      gateway,
    );
    expect(instances[0]?.routed).toBe(expected);
  });

  it.each([
    ['no route', [], [slice(true)]],
    ['a route that was edited since', [route({ generation: 1 })], [slice(true)]],
    ['a route that was refused', [route({ status: 'False' })], [slice(true)]],
    ["another gateway's route", [route({ name: 'other' })], [slice(true)]],
    ['no endpoint', [route()], []],
    ['an endpoint that is not ready', [route()], [slice(false)]],
  ])('does not with %s', (_, routes, slices) => expect(isRouted(routes, slices)).toBe(false));
});

describe('when what serves changed', () => {
  const instance = only(pod(container({ ready: true, state: { running: {} } }), [ready]));
  const since = '2026-11-21T09:00:00.000Z';

  it('is when it became ready at first, and then when it was seen to change', () => {
    let now = new Date('2026-11-21T11:00:00.000Z');
    const changes = new ServingChanges(() => now);
    expect(changes.changedAt('a', [instance], since)).toBe('2026-11-21T10:00:00.000Z');
    now = new Date('2026-11-21T12:00:00.000Z');
    expect(changes.changedAt('a', [instance], since)).toBe('2026-11-21T10:00:00.000Z');
    expect(changes.changedAt('a', [], since)).toBe('2026-11-21T12:00:00.000Z');
    expect(changes.changedAt('a', [instance], since)).toBe('2026-11-21T12:00:00.001Z');
  });

  it('is when the workload was made, as long as nothing has served', () => {
    expect(new ServingChanges(() => new Date()).changedAt('a', [], since)).toBe(since);
  });
});

describe('a quantity', () => {
  it.each([
    ['250m', 0.25],
    ['2', 2],
    ['1Mi', 1_048_576],
    ['1500Ki', 1_536_000],
    ['12345678n', 0.012345678],
    ['1e3', 1_000],
    ['1E', 1e18],
    [undefined, 0],
  ])('%s', (text, number) => expect(quantity(text)).toBeCloseTo(number));
});
