import { describe, expect, it } from '@jest/globals';
import { KongRouter } from './kong-router.js';
import { kongFile } from './kong-schema.js';

type RouteInput = Record<string, unknown>;

function router(routes: Record<string, RouteInput>): KongRouter<string> {
  const named = Object.entries(routes).map(([name, route]) => ({ name, ...route }));
  const file = kongFile.parse({ _format_version: '3.0', routes: named });
  return new KongRouter((file.routes ?? []).map((route) => [route, route.name]));
}

const match = (routes: Record<string, RouteInput>, path: string, method = 'GET', host = '127.0.0.1') =>
  router(routes).match({ path, method, host });

describe('KongRouter', () => {
  it('tries the longest prefix first, whatever the order in the file', () => {
    const routes = { short: { paths: ['/v1'] }, long: { paths: ['/v1/projects'] }, middle: { paths: ['/v1/pro'] } };
    expect(match(routes, '/v1/projects/1')?.target).toBe('long');
    expect(match(routes, '/v1/product')?.target).toBe('middle');
    expect(match(routes, '/v1/apps')?.target).toBe('short');
  });

  it('tries regular expressions before prefixes, however short', () => {
    const routes = { prefix: { paths: ['/v1/projects/longer'] }, pattern: { paths: ['~/v1'] } };
    expect(match(routes, '/v1/projects/longer')?.target).toBe('pattern');
  });

  it('orders regular expressions by regex_priority, the highest first', () => {
    const routes = {
      low: { paths: ['~/v1/.*'] },
      high: { paths: ['~/v1/auth/login$'], regex_priority: 10 },
      middle: { paths: ['~/v1/auth/.*'], regex_priority: 5 },
    };
    expect(match(routes, '/v1/auth/login')?.target).toBe('high');
    expect(match(routes, '/v1/auth/me')?.target).toBe('middle');
    expect(match(routes, '/v1/apps')?.target).toBe('low');
  });

  it('gives a plain prefix no segment border', () => {
    expect(match({ projects: { paths: ['/v1/projects'] } }, '/v1/projectsX')?.target).toBe('projects');
  });

  it('lets a regular expression have one', () => {
    const routes = { projects: { paths: ['~/v1/projects(/|$)'] } };
    expect(match(routes, '/v1/projects')?.target).toBe('projects');
    expect(match(routes, '/v1/projects/1')?.target).toBe('projects');
    expect(match(routes, '/v1/projectsX')).toBeUndefined();
  });

  it('anchors a regular expression at the start only', () => {
    const routes = { projects: { paths: ['~/v1/projects'] } };
    expect(match(routes, '/x/v1/projects')).toBeUndefined();
    expect(match(routes, '/v1/projects/and/more')?.target).toBe('projects');
  });

  it('prefers more kinds of criteria over a longer path', () => {
    const routes = { path: { paths: ['/v1/projects'] }, both: { paths: ['/v1'], methods: ['POST'] } };
    expect(match(routes, '/v1/projects', 'POST')?.target).toBe('both');
    expect(match(routes, '/v1/projects', 'GET')?.target).toBe('path');
  });

  it('prefers a whole host over a wildcard', () => {
    const routes = { wild: { hosts: ['*.example.test'] }, whole: { hosts: ['api.example.test'] } };
    expect(match(routes, '/', 'GET', 'api.example.test')?.target).toBe('whole');
    expect(match(routes, '/', 'GET', 'www.example.test')?.target).toBe('wild');
    expect(match(routes, '/', 'GET', 'example.test')).toBeUndefined();
  });

  it('takes a wildcard at the end of a host', () => {
    const routes = { wild: { hosts: ['api.*'] } };
    expect(match(routes, '/', 'GET', 'api.test')?.target).toBe('wild');
    expect(match(routes, '/', 'GET', 'web.test')).toBeUndefined();
  });

  it('matches every path of a route, each with its own rank', () => {
    const routes = { two: { paths: ['/a', '~/b$'] }, other: { paths: ['/b/'] } };
    expect(match(routes, '/a/x')?.target).toBe('two');
    expect(match(routes, '/b')?.target).toBe('two');
    expect(match(routes, '/b/x')?.target).toBe('other');
  });

  it('matches a route of methods alone', () => {
    expect(match({ writes: { methods: ['POST', 'PUT'] } }, '/anything', 'PUT')?.target).toBe('writes');
    expect(match({ writes: { methods: ['POST', 'PUT'] } }, '/anything', 'GET')).toBeUndefined();
  });

  it('leaves equals in the order of the file', () => {
    expect(match({ first: { paths: ['~/a'] }, second: { paths: ['~/a'] } }, '/a')?.target).toBe('first');
  });

  it.each([
    ['/v1/projects', '/v1/projects/7', '/7'],
    ['/v1/projects', '/v1/projects', ''],
    ['~/v1/[a-z]+', '/v1/projects/7', '/7'],
    ['~/v1/projects(/|$)', '/v1/projects/7', '7'],
  ])('strips what %s matched of %s', (path, request, rest) => {
    expect(match({ route: { paths: [path] } }, request)?.rest).toBe(rest);
  });

  it('strips nothing when strip_path is false', () => {
    expect(match({ route: { paths: ['/v1'], strip_path: false } }, '/v1/projects')).toEqual({
      target: 'route',
      rest: undefined,
    });
  });

  it('answers nothing when no route matches', () => {
    expect(match({ route: { paths: ['/v1'] } }, '/v2')).toBeUndefined();
  });
});
