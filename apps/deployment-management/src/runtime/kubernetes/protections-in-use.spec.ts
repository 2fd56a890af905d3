import { MIDDLEWARES_ANNOTATION } from '@berth/kubernetes';
import { describe, expect, it } from '@jest/globals';
import type { HttpRoute, Ingress, Middleware } from './cluster-objects.js';
import { isOfProtection, protectionsInUse } from './protections-in-use.js';

const gateway = { namespace: 'gateway', name: 'public' };
const api = { apiVersion: 'traefik.io/v1alpha1', kind: 'Middleware' };
const middleware = (name: string, spec: object): Middleware => ({
  ...api,
  metadata: { name, namespace: 'shop' },
  spec,
});
const chain = middleware('chain-1', { chain: { middlewares: [{ name: 'allow-1' }, { name: 'login-1' }] } });
const all = [chain, middleware('allow-1', {}), middleware('login-1', {}), middleware('login-0', {})];

/** As the gateway has it at `accepted`; null: it refuses it. */
function route(named: string | null, accepted: number | null = 2): HttpRoute {
  const filters = named === null ? [] : [{ extensionRef: { kind: 'Middleware', name: named } }];
  const condition = { type: 'Accepted', observedGeneration: accepted ?? 2 };
  const conditions = [{ ...condition, status: accepted === null ? ('False' as const) : ('True' as const) }];
  return {
    ...{ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute' },
    metadata: { name: 'shop', namespace: 'shop', generation: 2 },
    spec: { hostnames: ['shop.example.com'], rules: [{ filters }] },
    status: { parents: [{ parentRef: gateway, conditions }] },
  };
}

const ingress = (named: string | null): Ingress => ({
  ...{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', spec: {} },
  metadata: {
    ...{ name: 'shop', namespace: 'shop' },
    ...(named !== null && { annotations: { [MIDDLEWARES_ANNOTATION]: `shop-${named}@kubernetescrd` } }),
  },
});

const inUse = (routes: HttpRoute[], ingresses: Ingress[] = []) =>
  [...protectionsInUse(all, { routes, ingresses }, gateway)].sort();
const whole = ['allow-1', 'chain-1', 'login-1'];

describe('what visitors may still be asked by', () => {
  it.each<[string, HttpRoute[], string[]]>([
    ['is what a route names, with its parts', [route('chain-1')], whole],
    ['is what one of several routes names', [route(null), route('chain-1')], whole],
    ['is what a route may have named that the gateway has not taken over as it is', [route(null, 1)], whole],
    ['is nothing once every route is taken over without it', [route(null), route(null)], []],
    ['is nothing for a route that the gateway refuses', [route(null, null)], []],
    ['is nothing for a route that names another one', [route('chain-2')], []],
    ['is nothing without a route', [], []],
  ])('%s', (_, routes, expected) => expect(inUse(routes)).toEqual(expected));

  it('is what an Ingress names, and nothing once none does', () => {
    expect(inUse([], [ingress(null), ingress('chain-1')])).toEqual(whole);
    expect(inUse([], [ingress(null), ingress('chain-2')])).toEqual([]);
  });
});

it('Middlewares and the Secret of names are parts of a protection, and no other Secret is', () => {
  const secret = (annotations: Record<string, string>) => ({
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'login-1', annotations } },
  });
  expect([chain, secret({ 'berth.dev/logins': 'one' }), secret({})].map(isOfProtection)).toEqual([true, true, false]);
});
