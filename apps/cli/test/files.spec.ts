import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { app, environment, idOf, page, project, workload } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const binary = Buffer.from([0, 255, 10, 128]);
const config = `PATCH /v1/config/${idOf(40)}`;
const secrets = `PATCH /v1/secrets/${idOf(40)}`;

describe('files of an app', () => {
  withPlatform();
  beforeEach(async () => {
    platform.on('GET /v1/projects', page(project('shop')));
    platform.on('GET /v1/environments', page(environment('staging')));
    platform.on('GET /v1/apps', page(app('hello')));
    platform.on('GET /v1/workloads', page(workload()));
    platform.on(config, { version: 3, deploymentId: null });
    platform.on(secrets, { version: 3, deploymentId: null, revoked: [] });
    await writeFile(join(terminal.folder, 'key.der'), binary);
    await writeFile(join(terminal.folder, 'a=b.conf'), 'events {}');
  });
  const berth = (...words: string[]) => terminal.berth(words, { variables: { BERTH_TOKEN: 'a-token' } });

  it('are read from this machine, beside variables or alone, with or without the dot and slash', async () => {
    const done = await berth('config', 'set', '--file', 'nginx/nginx.conf=@a=b.conf', '--file', './k=@key.der', 'A=1');
    expect(done).toMatchObject({ code: 0 });
    await berth('config', 'set', '--file', 'k=@key.der');
    const content = binary.toString('base64');
    expect(platform.bodies(config)).toEqual([
      {
        set: { A: '1', './nginx/nginx.conf': Buffer.from('events {}').toString('base64'), './k': content },
        unset: [],
      },
      { set: { './k': content }, unset: [] },
    ]);
  });

  it('are secret when that is said, and rotated as any secret', async () => {
    await berth('secrets', 'set', '--file', 'tls/key=@key.der');
    await berth('secrets', 'rotate', '--file', 'tls/key=@key.der', 'B=2');
    const file = { './tls/key': binary.toString('base64') };
    expect(platform.bodies(secrets)).toEqual([
      { set: file, unset: [], revokeFormer: false },
      { set: { ...file, B: '2' }, unset: [], revokeFormer: true },
    ]);
    platform.on(`POST /v1/secrets/${idOf(40)}/revocations`, { name: './tls/key', version: 1, deploymentId: null });
    expect((await berth('secrets', 'revoke', './tls/key@1')).stdout).toContain('./tls/key');
    expect(platform.bodies(`POST /v1/secrets/${idOf(40)}/revocations`)).toEqual([{ name: './tls/key', version: 1 }]);
  });

  it.each([
    [['config', 'set'], 'Say what to set'],
    [['secrets', 'set'], 'Say what to set'],
    [['config', 'set', '--file', 'a=key.der'], '"a=key.der" is no file: write PATH=@FILE'],
    [['config', 'set', '--file', '=@key.der'], 'is no file'],
    [['secrets', 'set', '--file', 'a=@missing'], 'cannot be read'],
    [['config', 'set', '--file', 'a=@key.der', '--file', './a=@key.der'], '"./a" is given twice'],
  ])('that cannot be read are refused before anything is asked: %j', async (words, said) => {
    const { code, stderr } = await berth(...words);
    expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
    expect([...platform.bodies(config), ...platform.bodies(secrets)]).toEqual([]);
  });

  it('are listed with their size, and what is in them is in --json alone', async () => {
    const content = Buffer.from('events {}').toString('base64');
    const item = { name: './nginx.conf', value: content, bytes: 9 };
    platform.on(`GET /v1/config/${idOf(40)}/effective`, {
      ...{ workloadId: idOf(40), version: 2, scopeVersions: { organization: 0, project: 4, environment: 0 } },
      items: [
        { ...item, scope: 'project' },
        { name: 'B', value: '2', scope: 'workload' },
      ],
    });
    expect((await berth('config', 'list')).stdout).toBe('./nginx.conf  (9 bytes)  # project\nB=2\n');
    platform.on(`GET /v1/config/${idOf(40)}`, {
      ...{ workloadId: idOf(40), version: 2, variables: { B: '2' }, createdAt: null },
      files: [{ name: './nginx.conf', bytes: 9, content }],
    });
    expect((await berth('config', 'list', '--scope', 'workload')).stdout).toBe('./nginx.conf  (9 bytes)\nB=2\n');
    expect((await berth('config', 'list', '--scope', 'workload', '--json')).stdout).toContain(content);
    const secret = { name: './key', version: 2, bytes: 4, createdAt: '2026-11-21T10:00:00.000Z', scope: 'workload' };
    platform.on(`GET /v1/secrets/${idOf(40)}/effective`, { workloadId: idOf(40), items: [secret] });
    expect((await berth('secrets', 'list')).stdout).toMatch(/\.\/key +2 +4 +workload/);
  });

  it('are removed by their names', async () => {
    await berth('config', 'unset', './nginx.conf', 'A');
    expect(platform.bodies(config)).toEqual([{ set: {}, unset: ['./nginx.conf', 'A'] }]);
  });
});
