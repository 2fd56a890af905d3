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

  const show = () => shop.json<Domain>(['domains', 'show', host]);

  it('leads visitors to the app once it is known whose it is, and nowhere when it is removed', async () => {
    const { id, challenge, state } = await shop.json<Domain>(['domains', 'add', host]);
    expect({ state, name: challenge.name }).toEqual({ state: 'pending', name: `_berth-challenge.${host}` });
    const nowhere = await ask(url);
    expect(nowhere.status).toBe(404);
    await shop.run(['domains', 'vouch', id, '--reason', 'no DNS on this machine']);
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
});
