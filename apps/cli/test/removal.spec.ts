import { beforeEach, describe, expect, it } from '@jest/globals';
import { app, idOf, json, page, problem, workload } from './platform.js';
import { typing } from './terminal.js';
import { platform, terminal, withPlatform } from './with-platform.js';

/** Where each noun is deleted, and its name on the platform of these tests. */
const nouns = {
  apps: ['hello', `DELETE /v1/apps/${idOf(30)}`],
  envs: ['staging', `DELETE /v1/environments/${idOf(20)}`],
  projects: ['shop', `DELETE /v1/projects/${idOf(10)}`],
} as const;
const workloadRoute = `DELETE /v1/workloads/${idOf(40)}`;

describe('removal', () => {
  const deletions = () =>
    platform.received.filter(({ method }) => method === 'DELETE').map(({ method, path }) => `${method} ${path}`);

  withPlatform();
  beforeEach(() => {
    for (const [, route] of Object.values(nouns)) platform.on(route, (_, response) => json(response, {}, 204));
    platform.on(workloadRoute, (_, response) => json(response, {}, 202));
  });

  it.each([
    ['apps', { app: idOf(30) }],
    ['envs', { environment: idOf(20) }],
  ] as const)('of %s ends what runs before it', async (noun, query) => {
    const [name, route] = nouns[noun];
    const ran = await terminal.berth([noun, 'delete', name, '--yes']);
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/is deleted; what ran .* is ending\.\n$/) });
    expect(deletions()).toEqual([workloadRoute, route]);
    expect(Object.fromEntries(platform.to('GET /v1/workloads')[0]?.query ?? [])).toEqual(query);
  });

  it.each(Object.entries(nouns))('of %s that run nothing says so', async (noun, [name, route]) => {
    platform.on('GET /v1/workloads', page());
    const ran = await terminal.berth([noun, 'delete', name, '--yes']);
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/ is deleted\.\n$/) });
    expect(deletions()).toEqual([route]);
  });

  it.each(Object.entries(nouns))('of %s is refused to a script that does not say --yes', async (noun, [name]) => {
    const ran = await terminal.berth([noun, 'delete', name]);
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
    expect(deletions()).toEqual([]);
  });

  it('asks for the name on a terminal', async () => {
    expect(await terminal.berth(['apps', 'delete', 'hello'], { keyboard: typing('hello') })).toMatchObject({ code: 0 });
    expect(deletions()).toEqual([workloadRoute, nouns.apps[1]]);
  });

  it('deletes nothing after another name', async () => {
    expect(await terminal.berth(['apps', 'delete', 'hello'], { keyboard: typing('helo') })).toMatchObject({ code: 2 });
    expect(deletions()).toEqual([]);
  });

  it('never guesses which one is meant', async () => {
    platform.on('GET /v1/apps', ({ query }, response) =>
      json(response, query.get('slug') ? page() : page(app('hello'))),
    );
    expect(await terminal.berth(['apps', 'delete', 'other', '--yes'])).toMatchObject({ code: 4 });
    expect(await terminal.berth(['apps', 'delete', '--yes'])).toMatchObject({ code: 2 });
    expect(deletions()).toEqual([]);
  });

  it('stops at the first refusal', async () => {
    platform.on('GET /v1/workloads', page(workload({ id: idOf(41) }), workload()));
    platform.on(`DELETE /v1/workloads/${idOf(41)}`, (_, response) => problem(response, 403, 'forbidden'));
    expect(await terminal.berth(['apps', 'delete', 'hello', '--yes'])).toMatchObject({ code: 4 });
    expect(deletions()).toEqual([`DELETE /v1/workloads/${idOf(41)}`]);
  });
});
