import { beforeEach, describe, expect, it } from '@jest/globals';
import { done, idOf, json, page, problem } from './platform.js';
import { domain } from './samples.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const variables = { BERTH_TOKEN: 'a-token' };
const berth = (...words: string[]) => terminal.berth(['domains', ...words], { variables });

describe('domains', () => {
  withPlatform();
  beforeEach(() => platform.on('GET /v1/domains', page(domain)));

  it('add says which record proves whose the host is', async () => {
    platform.on('POST /v1/domains', (_, response) => json(response, domain, 201));
    const { stdout } = await berth('add', 'shop.example.com');
    expect(stdout).toBe(
      'shop.example.com is pending: There is no TXT record.\n' +
        'It is proven by this record:\n  _berth-challenge.shop.example.com. TXT "token"\n',
    );
    expect(platform.bodies('POST /v1/domains')).toEqual([{ workloadId: idOf(40), host: 'shop.example.com' }]);
  });

  it.each([
    [{ state: 'ready', message: null }, 'shop.example.com leads to the app.\n'],
    [{ state: 'verified', message: null }, 'shop.example.com is proven.\n'],
    [{ state: 'verified', message: 'No instance is ready' }, 'shop.example.com is proven: No instance is ready.\n'],
  ])('show says of %j how it is, and no more than that', async (over, text) => {
    platform.on('GET /v1/domains', page({ ...domain, ...over }));
    expect((await berth('show', 'shop.example.com')).stdout).toBe(text);
  });

  it('show tells what failed with the record that is to be there, to begin anew', async () => {
    const failed = { state: 'failed', cause: 'not_proven', message: 'Nobody set the record in time' };
    platform.on('GET /v1/domains', page({ ...domain, ...failed }));
    const { stdout } = await berth('show', 'shop.example.com');
    expect(stdout).toContain('is failed: Nobody set the record in time.');
    expect(stdout).toContain('_berth-challenge.shop.example.com. TXT "token"');
  });

  const kept = 'xn--mller-kva.example';
  it.each(['müller.example', 'MÜLLER.Example', kept, `${kept}.`])('are found by %s, too', async (host) => {
    platform.on('GET /v1/domains', page({ ...domain, host: kept, state: 'ready' }));
    expect((await berth('show', host)).stdout).toBe(`${kept} leads to the app.\n`);
  });

  it.each(['show', 'verify', 'remove'])('%s knows no other than those of the app', async (verb) => {
    const { code, stderr } = await berth(verb, 'other.example.com', ...(verb === 'remove' ? ['--yes'] : []));
    expect(code).toBe(4);
    expect(stderr).toContain('There is no domain other.example.com.');
    expect(platform.received.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it('verify has the record looked for, and says where the answer is', async () => {
    platform.on(`POST /v1/domains/${domain.id}/verify`, domain);
    expect((await berth('verify', 'shop.example.com')).stdout).toContain('berth domains show shop.example.com');
  });

  it('remove asks for the host once more where nobody can be asked, and does nothing', async () => {
    platform.on(`DELETE /v1/domains/${domain.id}`, done);
    expect(await berth('remove', 'shop.example.com')).toMatchObject({ code: 2 });
    expect(platform.to(`DELETE /v1/domains/${domain.id}`)).toEqual([]);
    expect((await berth('remove', 'shop.example.com', '--yes')).stdout).toContain('shop.example.com leads nowhere');
    expect(platform.to(`DELETE /v1/domains/${domain.id}`)).toHaveLength(1);
  });

  it('vouch gives the reason, which there must be', async () => {
    const route = `POST /v1/domains/${domain.id}/vouch`;
    platform.on(route, { ...domain, state: 'verified', proof: 'vouched' });
    expect(await berth('vouch', domain.id)).toMatchObject({ code: 2 });
    expect((await berth('vouch', domain.id, '--reason', 'by contract')).stdout).toContain('belongs to its app');
    expect(platform.bodies(route)).toEqual([{ reason: 'by contract' }]);
  });

  it('list has each on a line of its own, over all pages', async () => {
    const second = { ...domain, id: idOf(97), host: 'b.example.com', state: 'ready', proof: 'dns', message: null };
    platform.onEach('GET /v1/domains', { items: [domain], next: 'more' }, page(second));
    const lines = (await berth('list')).stdout.trim().split('\n');
    expect(lines.filter((line) => line.includes('example.com'))).toHaveLength(2);
    expect(platform.to('GET /v1/domains').map(({ query }) => query.get('cursor'))).toEqual([null, 'more']);
  });

  it('that the platform refuses are refused in its words', async () => {
    platform.on('POST /v1/domains', (_, response) =>
      problem(response, 422, 'host_invalid', 'It is no name of a host.'),
    );
    const { code, stdout, stderr } = await berth('add', '*.example.com');
    expect({ failed: code !== 0, stdout }).toEqual({ failed: true, stdout: '' });
    expect(stderr).toContain('It is no name of a host.');
  });
});
