import type { LinkList } from '@berth/contracts/deployment';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ask } from './support/app-http.js';
import { BerthProcess } from './support/berth-process.js';
import { CommandLine } from './support/command-line.js';
import { Repository, webApp } from './support/repository.js';

jest.setTimeout(300_000);

/** Answers what the app says that `BILLING_URL` leads to. */
const asking = {
  Procfile: 'web: node ask.js\n',
  'ask.js': `
    const { BILLING_URL, BILLING_HOST, BILLING_PORT, PORT } = process.env;
    require('node:http').createServer((_, response) => {
      if (!BILLING_URL) return response.end('not linked');
      if (BILLING_URL !== 'http://' + BILLING_HOST + ':' + BILLING_PORT) return response.end('variables differ');
      fetch(BILLING_URL + '/').then(
        async (answer) => response.end(answer.status + ' ' + (await answer.text())),
        (error) => response.end('failed: ' + error.cause.code),
      );
    }).listen(PORT, '127.0.0.1');`,
};

const exactly = (text: string): RegExp => new RegExp(`^${text}$`);

describe('two apps that are linked, on the embedded platform', () => {
  let berth: BerthProcess;
  let shop: CommandLine;
  let billing: CommandLine;
  let invoices: Repository;
  let url: string;

  beforeAll(async () => {
    berth = await BerthProcess.start();
    const { email, password } = berth.administrator();
    const home = await CommandLine.at(berth.url);
    await home.run(['login', '--email', email, '--password-stdin'], password);
    for (const made of ['orgs create acme', 'projects create shop', 'envs create staging'])
      await home.run(made.split(' '));
    const asker = await Repository.make(asking);
    shop = home.in(asker.folder);
    await shop.run(['apps', 'create', 'web', '--dir', '.']);
    url = (await shop.run(['deploy', '--wait'])).out.trim();
    invoices = await Repository.make(webApp('invoices one'));
    billing = home.in(invoices.folder);
    await billing.run(['apps', 'create', 'billing', '--dir', '.']);
    // It is in the environment now, and was never deployed.
    await billing.run(['config', 'set', 'GREETING=hello']);
  });
  afterAll(() => berth.stopAndRemove());

  const answers = (text: string | RegExp) =>
    eventually(async () => expect((await ask(url)).body).toMatch(typeof text === 'string' ? exactly(text) : text), {
      within: 60_000,
    });
  const silent = '503 This app has no running instance at the moment.\n';

  it('are strangers before, and the one hears that the other does not run when it never did', async () => {
    await answers('not linked');
    await shop.run(['links', 'add', 'billing', '--wait']);
    await answers(/^404 There is no app at billing-staging-[0-9a-f]{6}\.localhost\.\n$/);
    const { items } = await shop.json<LinkList>(['links', 'list']);
    expect(items).toMatchObject([{ app: 'billing', variables: ['BILLING_URL', 'BILLING_HOST', 'BILLING_PORT'] }]);
  });

  it('reach one another by the same address through deployments, stops, starts and restarts', async () => {
    await billing.run(['deploy', '--wait']);
    await answers('200 invoices one');
    await invoices.commit(webApp('invoices two'));
    await billing.run(['deploy', '--wait']);
    await answers('200 invoices two');
    await billing.run(['stop']);
    await answers(silent);
    await billing.run(['start']);
    await answers('200 invoices two');
    await billing.run(['scale', 'web=2']);
    await billing.run(['restart']);
    await answers('200 invoices two');
  });

  it('cannot be parted by deleting the one that is used, only by letting go of it first', async () => {
    const refused = await billing.try(['apps', 'delete', 'billing', '--yes']);
    expect({ code: refused.code, error: refused.error }).toEqual({
      code: 5,
      error: expect.stringContaining('It is used by web'),
    });
    await shop.run(['links', 'remove', 'billing', '--wait']);
    await answers('not linked');
    await billing.run(['apps', 'delete', 'billing', '--yes']);
    expect(await shop.json<LinkList>(['links', 'list'])).toMatchObject({ items: [], usedBy: [] });
  });
});
