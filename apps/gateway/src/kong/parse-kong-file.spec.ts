import { describe, expect, it } from '@jest/globals';
import { loadGatewayConfig } from './gateway-config.js';
import { KongConfigError, parseKongFile } from './parse-kong-file.js';

const service = (extra: string) => `
_format_version: '3.0'
services:
  - name: projects
    url: http://projects:3000
${extra}`;

function problemsOf(text: string): readonly string[] {
  try {
    parseKongFile(text);
  } catch (error) {
    if (error instanceof KongConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('parseKongFile', () => {
  it("gives Kong's defaults to what is left out", () => {
    const file = parseKongFile(service(`    routes: [{ name: all, paths: [/] }]`));
    expect(file.services?.[0]).toMatchObject({ connect_timeout: 60_000, read_timeout: 60_000 });
    expect(file.services?.[0]?.routes?.[0]).toMatchObject({
      strip_path: true,
      preserve_host: false,
      regex_priority: 0,
    });
  });

  it('takes anchors, JSON and empty lists', () => {
    const text = service(`    routes:
      - { name: a, paths: [/a], plugins: [&cors { name: cors }] }
      - { name: b, paths: [/b], plugins: [*cors] }
consumers:`);
    expect(parseKongFile(text).services?.[0]?.routes?.[1]?.plugins?.[0]?.name).toBe('cors');
    expect(parseKongFile('{"_format_version": "3.0", "services": []}').services).toEqual([]);
  });

  it.each([
    ['an unknown top-level field', `_format_version: '3.0'\nupstreams: []`, 'upstreams: field "upstreams"'],
    ['an unknown service field', service(`    ca_certificates: []`), 'services.0.ca_certificates: field'],
    [
      'an unknown route field',
      service(`    routes: [{ name: a, paths: [/a], snis: [x] }]`),
      'services.0.routes.0.snis: field "snis" is not supported',
    ],
    [
      'an unsupported plugin',
      service(`    plugins: [{ name: request-transformer }]`),
      'services.0.plugins.0.name: plugin "request-transformer" is not supported',
    ],
    [
      'an unknown field of a plugin',
      service(`    plugins: [{ name: jwt, config: { cookie_names: [a] } }]`),
      'services.0.plugins.0.config.cookie_names: field "cookie_names" is not supported',
    ],
    [
      'retries, of which there are none',
      service(`    retries: 5`),
      'services.0.retries: field "retries" is not supported',
    ],
    [
      'a timeout that nothing keeps to',
      service(`    write_timeout: 9`),
      'services.0.write_timeout: field "write_timeout" is not supported',
    ],
    [
      'a route by https alone',
      service(`    routes: [{ name: a, paths: [/a], protocols: [https] }]`),
      'services.0.routes.0.protocols: protocols without http',
    ],
    [
      'a plugin that stands by https alone',
      service(`    plugins: [{ name: cors, protocols: [https] }]`),
      'services.0.plugins.0.protocols: protocols without http',
    ],
    ['another format', `_format_version: '2.1'`, '_format_version'],
    [
      'a policy that needs Redis',
      service(`    plugins: [{ name: rate-limiting, config: { minute: 1, policy: redis } }]`),
      'config.policy',
    ],
    ['a limit of nothing', service(`    plugins: [{ name: rate-limiting, config: {} }]`), 'needs a limit'],
    [
      'a symmetric key',
      `_format_version: '3.0'\nconsumers: [{ username: a, jwt_secrets: [{ key: k, secret: s }] }]`,
      'field "secret"',
    ],
    ['a route that matches nothing', service(`    routes: [{ name: a }]`), 'needs at least one of'],
    ['a path without a slash', service(`    routes: [{ name: a, paths: [v1] }]`), 'services.0.routes.0.paths.0'],
    ['a service without a place', `_format_version: '3.0'\nservices: [{ name: a }]`, 'needs url or host'],
    ['what is no YAML', 'a: [', 'not YAML'],
  ])('refuses %s by name', (_, text, expected) => {
    expect(problemsOf(text).join('\n')).toContain(expected);
  });

  it('names every problem at once', () => {
    expect(problemsOf(service(`    one: 1\n    two: 2\n    plugins: [{ name: acl }]`))).toHaveLength(3);
  });
});

describe('loadGatewayConfig', () => {
  it.each([
    [
      'two services of one name',
      `_format_version: '3.0'\nservices: [{ name: a, url: 'http://a' }, { name: a, url: 'http://b' }]`,
      'service "a"',
    ],
    [
      'two routes of one name',
      service(`    routes: [{ name: r, paths: [/a] }, { name: r, paths: [/b] }]`),
      'route "r"',
    ],
    ['a broken regular expression', service(`    routes: [{ name: r, paths: ['~/a('] }]`), 'path "~/a("'],
    [
      'a route of no service',
      `_format_version: '3.0'\nroutes: [{ name: r, paths: [/a], service: nobody }]`,
      'service "nobody"',
    ],
    ['a plugin on no route', service(`plugins: [{ name: cors, route: nowhere }]`), 'plugin "cors"'],
    [
      'a key that is none',
      `_format_version: '3.0'\nconsumers: [{ username: a, jwt_secrets: [{ key: k, algorithm: RS256, rsa_public_key: x }] }]`,
      'jwt_secret "k"',
    ],
  ])('refuses %s', async (_, text, expected) => {
    await expect(loadGatewayConfig(text)).rejects.toThrow(expected);
  });

  it("lets the route's plugin win over the service's and the global one, and skips disabled ones", async () => {
    const config = await loadGatewayConfig(
      service(`    plugins:
      - { name: request-size-limiting, config: { allowed_payload_size: 2 } }
      - { name: cors, enabled: false }
    routes:
      - { name: large, paths: [/large], plugins: [{ name: request-size-limiting, config: { allowed_payload_size: 9 } }] }
      - { name: usual, paths: [/usual] }
      - { name: top, paths: [/top] }
plugins:
  - { name: request-size-limiting, config: { allowed_payload_size: 1 } }
  - { name: rate-limiting, config: { minute: 5 } }
  - { name: request-size-limiting, route: top, config: { allowed_payload_size: 7 } }`),
    );
    const plugins = (path: string) => config.router.match({ method: 'GET', host: '', path })?.target.plugins;
    expect(plugins('/large')?.['request-size-limiting']?.allowed_payload_size).toBe(9);
    expect(plugins('/usual')?.['request-size-limiting']).toMatchObject({
      allowed_payload_size: 2,
      scope: 'service projects',
    });
    expect(plugins('/top')?.['request-size-limiting']?.allowed_payload_size).toBe(7);
    expect(plugins('/usual')?.['rate-limiting']?.scope).toBe('global');
    expect(plugins('/usual')?.cors).toBeUndefined();
  });
});
