import { beforeEach, describe, expect, it } from '@jest/globals';
import { idOf, page } from './platform.js';
import { domain } from './samples.js';
import { platform, terminal, withPlatform } from './with-platform.js';

describe('domains of one host', () => {
  withPlatform();
  const api = { ...domain, id: idOf(97), path: '/api', state: 'ready', message: null };
  beforeEach(() => platform.on('GET /v1/domains', page(domain, api)));

  it('are listed and told of by their paths', async () => {
    expect((await terminal.berth(['domains', 'list'])).stdout).toMatch(/^shop\.example\.com\/api +ready/m);
    expect((await terminal.berth(['domains', 'show', domain.host])).stdout).toContain('shop.example.com is pending');
    for (const path of ['/api', '/api/'])
      expect((await terminal.berth(['domains', 'show', domain.host, '--path', path])).stdout).toBe(
        'shop.example.com/api leads to the app.\n',
      );
  });

  it('are none where a path is not theirs', async () => {
    expect(await terminal.berth(['domains', 'show', domain.host, '--path', '/apis'])).toMatchObject({
      ...{ code: 4, stdout: '', stderr: expect.stringContaining('There is no domain shop.example.com/apis.') },
    });
  });

  it('are added, looked for and removed each by itself', async () => {
    platform.on('POST /v1/domains', api);
    platform.on(`POST /v1/domains/${api.id}/verify`, api);
    platform.on(`DELETE /v1/domains/${api.id}`, (_, response) => response.writeHead(204).end());
    await terminal.berth(['domains', 'add', domain.host, '--path', '/api']);
    const sent = platform.received.at(-1)?.body.toString() ?? '';
    expect(JSON.parse(sent)).toMatchObject({ host: domain.host, path: '/api' });
    const { stdout } = await terminal.berth(['domains', 'verify', domain.host, '--path', '/api']);
    expect(stdout).toContain('berth domains show shop.example.com --path /api');
    const removed = await terminal.berth(['domains', 'remove', domain.host, '--path', '/api', '--yes']);
    expect(removed.stdout).toContain('shop.example.com/api leads nowhere');
    expect(platform.received.at(-1)).toMatchObject({ method: 'DELETE', path: `/v1/domains/${api.id}` });
  });
});
