import { describe, expect, it } from '@jest/globals';
import { escapePath, normalizePath, upstreamPath } from './kong-path.js';

describe('normalizePath', () => {
  it.each([
    ['/', '/'],
    ['/v1/projects', '/v1/projects'],
    ['/v1/projects/', '/v1/projects/'],
    ['//', '/'],
    ['/v1//projects', '/v1/projects'],
    ['///v1/projects//', '/v1/projects/'],
    ['/v1/./projects', '/v1/projects'],
    ['/v1/auth/login/../../projects', '/v1/projects'],
    ['/../../etc', '/etc'],
    ['/v1/..', '/'],
    ['/v1/a/..', '/v1/'],
    ['/v1/a/.', '/v1/a/'],
    ['/v1/%2e%2E/admin', '/admin'],
    ['/v1/.%2e/admin', '/admin'],
    ['/v1/%70rojects', '/v1/projects'],
    ['/v1/a%2fb', '/v1/a%2Fb'],
    ['/v1/%252e%252e/admin', '/v1/%252e%252e/admin'],
    ['/v1/a%3Fb', '/v1/a%3Fb'],
    ['/v1/a%20b', '/v1/a b'],
    ['/v1/100%', '/v1/100%'],
    ['/v1/%zz', '/v1/%zz'],
    ['/.well-known/jwks.json', '/.well-known/jwks.json'],
    ['/v1/...', '/v1/...'],
    ['/v1/~me', '/v1/~me'],
  ])('makes of %s %s', (path, expected) => {
    expect(normalizePath(path)).toBe(expected);
  });

  it.each(['/v1/a%00b', '/v1/a%0d%0aX:%20y', '/v1/%c3%bc'])('gives %s a form that survives being sent on', (path) => {
    const sent = escapePath(normalizePath(path));
    expect(sent).toMatch(/^[\x21-\x7e]+$/);
    expect(decodeURIComponent(sent)).toBe(decodeURIComponent(path));
  });

  it('does not change what is normal already', () => {
    for (const path of ['/a/b', '/a%2Fb/', '/v1/%252e']) expect(normalizePath(normalizePath(path))).toBe(path);
  });
});

describe('escapePath', () => {
  it('leaves reserved characters and existing triplets alone', () => {
    expect(escapePath("/a!$&'()*+,;=:@[]%2F~b")).toBe("/a!$&'()*+,;=:@[]%2F~b");
  });

  it('encodes the rest byte by byte', () => {
    expect(escapePath('/a b"<>\u00fc')).toBe('/a%20b%22%3C%3E%FC');
  });
});

describe('upstreamPath', () => {
  it.each([
    // service path, request path, rest when stripped, expected
    ['/', '/v1/projects', undefined, '/v1/projects'],
    ['/api', '/v1/projects', undefined, '/api/v1/projects'],
    ['/api/', '/v1/projects', undefined, '/api/v1/projects'],
    ['/', '/v1/projects/7', '/7', '/7'],
    ['/', '/v1/projects7', '7', '/7'],
    ['/', '/v1/projects', '', '/'],
    ['/', '/v1/projects/', '', '/'],
    ['/api', '/v1/projects', '', '/api'],
    ['/api', '/v1/projects/', '', '/api/'],
    ['/api/', '/v1/projects', '', '/api'],
    ['/api/', '/v1/projects/', '', '/api/'],
    ['/api', '/v1/projects/7', '/7', '/api/7'],
    ['/api/', '/v1/projects/7', '/7', '/api/7'],
    ['/api', '/v1/projects/7', '7', '/api/7'],
    ['/api/', '/', '', '/api/'],
    ['/api', '/', '', '/api'],
  ])('of service path %s and request %s without all but %s is %s', (service, request, rest, expected) => {
    expect(upstreamPath(service, request, rest)).toBe(expected);
  });
});
