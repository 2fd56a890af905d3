import type { Domain } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ask } from './support/app-http.js';
import { BerthProcess } from './support/berth-process.js';
import { CommandLine } from './support/command-line.js';
import { Repository, webApp } from './support/repository.js';

jest.setTimeout(300_000);

describe('a domain of a customer, on the embedded platform', () => {
  const host = 'shop.example.com';
  let berth: BerthProcess;
  let shop: CommandLine;
  let url: string;

  beforeAll(async () => {
    berth = await BerthProcess.start();
    url = `http://${host}:${new URL(berth.url).port}`;
    const { email, password } = berth.administrator();
    const home = await CommandLine.at(berth.url);
    await home.run(['login', '--email', email, '--password-stdin'], password);
    for (const made of ['orgs create acme', 'projects create shop', 'envs create staging'])
      await home.run(made.split(' '));
    shop = home.in((await Repository.make(webApp('the shop'))).folder);
    await shop.run(['apps', 'create', 'web', '--dir', '.']);
    await shop.run(['deploy', '--wait']);
  });
  afterAll(() => berth.stopAndRemove());

  const vouched = async (id: string) => shop.run(['domains', 'vouch', id, '--reason', 'no DNS on this machine']);
  const show = () => shop.json<Domain>(['domains', 'show', host]);

  it('leads visitors to the app once it is known whose it is, and nowhere when it is removed', async () => {
    const { id, challenge, state } = await shop.json<Domain>(['domains', 'add', host]);
    expect({ state, name: challenge.name }).toEqual({ state: 'pending', name: `_berth-challenge.${host}` });
    const nowhere = await ask(url);
    expect(nowhere.status).toBe(404);
    await vouched(id);
    await eventually(async () => expect(await show()).toMatchObject({ state: 'ready', proof: 'vouched' }), {
      within: 60_000,
    });
    expect(await ask(url)).toMatchObject({ status: 200, body: 'the shop' });
    expect((await shop.run(['status'])).out).toContain(host);
    await shop.run(['deploy', '--wait']);
    await shop.run(['rollback', 'v1', '--wait']);
    expect(await ask(url)).toMatchObject({ status: 200, body: 'the shop' });
    await shop.run(['domains', 'remove', host, '--yes']);
    await eventually(async () => expect(await ask(url)).toEqual(nowhere), { within: 60_000 });
    expect(await shop.json<Domain[]>(['domains', 'list'])).toEqual([]);
  });

  it('leads a path of its host to another app of the environment, which needs no proof of its own', async () => {
    const api = shop.in((await Repository.make(webApp('the api'))).folder);
    await api.run(['apps', 'create', 'api', '--dir', '.']);
    await api.run(['deploy', '--wait']);
    await vouched((await shop.json<Domain>(['domains', 'add', host])).id);
    const asked = ['domains', 'add', host, '--path', '/api/'];
    expect(await api.json<Domain>(asked)).toMatchObject({ host, path: '/api' });
    const answers = async () => Promise.all(['/', '/apis', '/api', '/api/v1?a'].map(async (path) => (await ask(url, path)).body)); // prettier-ignore
    await eventually(async () => expect(await answers()).toEqual(['the shop', 'the shop', 'the api', 'the api']), {
      within: 60_000,
    });
    await eventually(
      async () =>
        expect(await api.json<Domain>(['domains', 'show', host, '--path', '/api'])).toMatchObject({ state: 'ready' }),
      { within: 60_000 },
    );
    expect((await api.run(['status'])).out).toContain(`${host}/api`);
    await api.run(['domains', 'remove', host, '--path', '/api', '--yes']);
    await eventually(async () => expect(new Set(await answers())).toEqual(new Set(['the shop'])), { within: 60_000 });
  });
});
