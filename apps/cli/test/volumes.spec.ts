import { beforeEach, describe, expect, it } from '@jest/globals';
import { done, idOf, json, page, problem } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const volume = (over: object = {}) => ({
  ...{ id: idOf(75), workloadId: idOf(40), organizationId: idOf(1), process: 'web', name: 'data', mountPath: '/data' },
  ...{ sizeMib: 512, storageClass: null, isPerInstance: false, copies: 1, provisionedBytes: 0, state: 'ready' },
  ...{ generation: 3, createdAt: '2026-11-21T10:00:00.000Z', ...over },
});
const berth = (...words: string[]) => terminal.berth(['volumes', ...words], { variables: { BERTH_TOKEN: 'a-token' } });

describe('volumes', () => {
  withPlatform();
  beforeEach(() => platform.on('GET /v1/volumes', page(volume())));

  it('list says of each whose it is, how large, and how many write to it', async () => {
    const each = {
      id: idOf(76),
      name: 'cache',
      isPerInstance: true,
      copies: 3,
      storageClass: 'fast',
      state: 'deleting',
    };
    platform.onEach('GET /v1/volumes', { items: [volume()], next: 'more' }, page(volume(each)));
    const [, first, second] = (await berth('list')).stdout.trim().split('\n');
    expect(first?.split(/ {2,}/)).toEqual(['data', 'web', '/data', '512 MiB', 'one writer', 'default', 'ready']);
    expect(second).toMatch(/^cache .*3, one per instance .*fast .*deleting$/);
  });

  it('add makes it of the process web, for one writer, of the class of the cluster, unless it is told otherwise', async () => {
    platform.on('POST /v1/volumes', (_, response) => json(response, volume({ sizeMib: 10_240 }), 201));
    const { stdout } = await berth('add', 'data', '--at', '/data', '--size', '10Gi');
    expect(stdout).toBe('The volume data is at /data of web, 10240 MiB.\n');
    await berth('add', 'data', '--at', '/d', '--size', '1Mi', '--process', 'db', '--class', 'fast', '--per-instance');
    const least = { workloadId: idOf(40), name: 'data', mountPath: '/data', process: 'web', sizeMib: 10_240 };
    expect(platform.bodies('POST /v1/volumes')).toEqual([
      { ...least, storageClass: null, isPerInstance: false },
      { ...least, mountPath: '/d', process: 'db', sizeMib: 1, storageClass: 'fast', isPerInstance: true },
    ]);
  });

  it.each([
    ['a place', ['--size', '1Gi']],
    ['a size', ['--at', '/data']],
    ['a size that is one', ['--at', '/data', '--size', 'large']],
  ])('add needs %s', async (_what, words) => {
    expect(await berth('add', 'data', ...words)).toMatchObject({ code: 2 });
    expect(platform.to('POST /v1/volumes')).toEqual([]);
  });

  it('grow changes what was read, and nothing that somebody changed since', async () => {
    const route = `PATCH /v1/volumes/${idOf(75)}`;
    platform.on(route, volume({ sizeMib: 1_024, generation: 4 }));
    expect((await berth('grow', 'data', '1Gi')).stdout).toContain('has 1024 MiB as soon as');
    expect(platform.to(route)[0]?.headers['if-match']).toBe('"3"');
    platform.on(route, (_, response) => problem(response, 412, 'precondition_failed', 'Somebody changed it.'));
    const { code, stderr } = await berth('grow', 'data', '2Gi');
    expect(code).not.toBe(0);
    expect(stderr).toContain('Somebody changed it.');
  });

  it('remove asks for the name once more, and does nothing where nobody answers', async () => {
    const route = `DELETE /v1/volumes/${idOf(75)}`;
    platform.on(route, done);
    expect(await berth('remove', 'data')).toMatchObject({ code: 2 });
    expect(platform.to(route)).toEqual([]);
    expect(await berth('remove', 'data', '--yes')).toMatchObject({ code: 0 });
    expect(platform.to(route)).toHaveLength(1);
  });

  it.each([
    ['grow', '1Gi'],
    ['remove', '--yes'],
  ])('%s finds none that is on its way out', async (verb, rest) => {
    platform.on('GET /v1/volumes', page(volume({ state: 'deleting' })));
    const { code, stderr } = await berth(verb, 'data', rest);
    expect(code).toBe(4);
    expect(stderr).toContain('There is no volume data.');
  });
});
