import { beforeAll, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withSigningKeys } from './with-signing-keys.js';
import { type ApiRoute, type GatewayConfig, loadGatewayConfig } from '../src/kong/gateway-config.js';
import { makeKey } from './harness.js';

const file = join(import.meta.dirname, '../../../k8s/kong/kong.yml');

const owners: Record<string, string> = {
  'user-management':
    'auth me users organizations memberships groups invitations roles identity-providers service-accounts api-tokens organization-tokens sessions quotas audit',
  'deployment-management':
    'projects environments snapshots apps workloads releases deployments deployment-groups config secrets domains routes links pipelines volumes backups addons plans bindings brokers tasks schedules clusters pull-credentials dns-zones alerts events apis subscriptions',
  build: 'git-connections registry-credentials uploads builds build-secrets artifacts webhook-deliveries',
  metering: 'usage costs price-books billing-accounts credits payments invoices budgets webhooks',
};
const segments = Object.entries(owners).flatMap(([owner, names]) =>
  names.split(' ').map((name) => [name, owner] as const),
);

const openPaths = [
  ['/v1/auth/register', 'user-management'],
  ['/v1/auth/login', 'user-management'],
  ['/v1/auth/refresh', 'user-management'],
  ['/v1/auth/verify-email', 'user-management'],
  ['/v1/oauth/token', 'user-management'],
  ['/.well-known/jwks.json', 'user-management'],
  ['/v1/hooks/github/1', 'build'],
] as const;

describe('k8s/kong/kong.yml', () => {
  let text: string;
  let config: GatewayConfig;
  const routeOf = (path: string): ApiRoute | undefined =>
    config.router.match({ method: 'GET', host: '', path })?.target;

  beforeAll(async () => {
    text = await readFile(file, 'utf8');
    config = await loadGatewayConfig(text);
  });

  it.each(segments)('routes /v1/%s to %s and asks for a token', (segment, owner) => {
    for (const path of [`/v1/${segment}`, `/v1/${segment}/1`, `/v1/${segment}/1/logs`]) {
      expect([path, routeOf(path)?.service.name]).toEqual([path, owner]);
      expect(routeOf(path)?.plugins.jwt).toMatchObject({
        key_claim_name: 'kid',
        claims_to_verify: ['exp'],
        uri_param_names: [],
      });
    }
    expect(routeOf(`/v1/${segment}X`)).toBeUndefined();
  });

  it.each(openPaths)('lets %s through to %s without a token', (path, owner) => {
    expect(routeOf(path)).toMatchObject({ service: { name: owner } });
    expect(routeOf(path)?.plugins.jwt).toBeUndefined();
  });

  it.each(['/v1/auth/logout', '/v1/auth/loginX', '/v1/auth/password', '/v1/auth'])('asks for a token at %s', (path) => {
    expect(routeOf(path)?.plugins.jwt).toBeDefined();
  });

  it.each(Object.keys(owners))('routes /v1/admin/%s to its service with a token', (service) => {
    expect(routeOf(`/v1/admin/${service}/outbox`)?.service.name).toBe(service);
    expect(routeOf(`/v1/admin/${service}`)?.plugins.jwt).toBeDefined();
  });

  it.each(['/', '/v1', '/v2/projects', '/metrics', '/readyz', '/v1/admin', '/v1/admin/other'])(
    'routes %s nowhere',
    (path) => {
      expect(routeOf(path)).toBeUndefined();
    },
  );

  it('protects every route with size and rate limits, CORS and a correlation id', () => {
    for (const path of [...segments.map(([name]) => `/v1/${name}`), ...openPaths.map(([open]) => open)]) {
      expect(Object.keys(routeOf(path)?.plugins ?? {})).toEqual(
        expect.arrayContaining(['correlation-id', 'cors', 'request-size-limiting', 'rate-limiting']),
      );
    }
  });

  it('forwards every path as it is', () => {
    for (const [name] of segments) expect(routeOf(`/v1/${name}`)?.route.strip_path).toBe(false);
  });

  it.each([
    '/v1/workloads/1/logs',
    '/v1/workloads/1/stats',
    '/v1/deployments/1/events',
    '/v1/events',
    '/v1/builds/1/logs',
  ])('does not let Kong buffer the stream %s', (path) => {
    expect(routeOf(path)?.route.response_buffering).toBe(false);
  });

  it('lets more than a megabyte in for uploads and hooks only', () => {
    const limit = (path: string) => routeOf(path)?.plugins['request-size-limiting']?.allowed_payload_size;
    expect([limit('/v1/uploads'), limit('/v1/hooks/github/1'), limit('/v1/projects')]).toEqual([512, 25, 1]);
  });

  it('takes signing keys at the marked place and keeps everything else', async () => {
    const [first, second] = await Promise.all([makeKey('first'), makeKey('second')]);
    const filled = withSigningKeys(text, [first.jwk, second.jwk]);
    const loaded = await loadGatewayConfig(filled);
    expect([...loaded.credentials.keys()]).toEqual(['first', 'second']);
    expect(loaded.services).toEqual(config.services);
    const again = await loadGatewayConfig(withSigningKeys(filled, [second.jwk]));
    expect([...again.credentials.keys()]).toEqual(['second']);
  });

  it('cannot take keys without the marked place', () => {
    expect(() => withSigningKeys(`_format_version: '3.0'`, [])).toThrow('no consumer "berth"');
  });
});
