import { canonicalText, sha256Of } from '@berth/billing';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { issued } from './issued-invoice.js';
import { deployment, idOf, json, page, problem, release } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const document = issued();
/** The same, with names. */
const named = (names: object) => {
  const text = canonicalText({ ...(JSON.parse(document) as object), names });
  return { ...summary, document: text, sha256: sha256Of(text) };
};
const summary = {
  ...{
    id: idOf(81),
    organizationId: idOf(1),
    number: 'BERTH-000007',
    month: '2026-11',
    status: 'issued',
    currency: 'EUR',
  },
  ...{ due: '13.64', issuedAt: '2026-12-04T00:00:00.000Z', paidAt: null, voidedAt: null, creditNote: null },
};

withPlatform();
beforeEach(() => {
  platform.on('GET /v1/invoices', page(summary));
  platform.on(`GET /v1/invoices/${summary.id}`, { ...summary, document, sha256: sha256Of(document) });
});

describe('berth invoices explain', () => {
  const part = (release: number, workload = 40) => ({
    ...{ workloadId: idOf(workload), appId: idOf(30), environmentId: idOf(20), projectId: idOf(10), cluster: 'local' },
    ...{ release, processType: 'web', cpuMillicores: 1_000, memoryMib: 1, spans: 1, instanceMilliseconds: '7200000' },
    ...{
      storageBytes: 0,
      buildMillicores: 0,
      egressBytes: 0,
      domains: 0,
      overlapMilliseconds: release === 3 ? '90000' : '0',
    },
    ...{
      from: '2026-11-02T00:00:00.000Z',
      to: '2026-11-02T01:00:00.000Z',
      quantity: '7200000000',
      amount: '0.0560000000',
    },
  });
  const ask = async (...options: string[]) => terminal.berth(['invoices', 'explain', 'BERTH-000007', ...options]);

  it('leads from a line to release, deployment, commit and person', async () => {
    platform.on(`GET /v1/invoices/${summary.id}/parts`, page(part(3), part(2)));
    platform.on('GET /v1/releases', page(release(3)));
    platform.on(
      'GET /v1/deployments',
      page(deployment({ number: 9, release: 3 }), deployment({ number: 4, release: 3 })),
    );
    const { stdout } = await ask();
    expect(stdout).toMatch(
      /CPU +shop\/hello shop\/staging web +v3 +#4 +fffffff +ann +2026-11-02 00:00:00 .* 1\.5 min +2\.00 +0\.0560000000 EUR/,
    );
    expect(stdout).toMatch(/v2 +- +- +- +2026/);
    const [first] = JSON.parse((await ask('--json')).stdout) as object[];
    expect(first).toMatchObject({ line: 0, deployment: 4, commit: 'f'.repeat(40), by: 'ann', release: 3 });
  });

  it('leads on to each span, in place of their sums', async () => {
    platform.on(`GET /v1/invoices/${summary.id}/parts`, page(part(3), { ...part(2), spans: 2 }));
    const { cluster, processType, cpuMillicores, memoryMib, storageBytes, ...more } = part(3);
    const { buildMillicores, egressBytes, domains, from, to, quantity } = more;
    const size = {
      cluster,
      processType,
      cpuMillicores,
      memoryMib,
      storageBytes,
      buildMillicores,
      egressBytes,
      domains,
    };
    const span = { ...size, release: 3, instances: 2, from, to, quantity };
    platform.on(`GET /v1/invoices/${summary.id}/spans`, ({ query }, response) =>
      json(response, query.get('cursor') ? page({ ...span, release: 2 }) : { items: [span], next: 'c' }),
    );
    platform.on('GET /v1/releases', page(release(3)));
    platform.on('GET /v1/deployments', page(deployment({ number: 4, release: 3 })));
    const { stdout } = await ask('--spans');
    expect(stdout).toMatch(
      /CPU +shop\/hello shop\/staging web +v3 +#4 +fffffff +ann +2026-11-02 00:00:00 .* 2 +2\.00\n/,
    );
    expect(stdout).toMatch(/v2 +- +- +- +2026/);
    const spans = JSON.parse((await ask('--spans', '--json')).stdout) as object[];
    expect(spans[0]).toMatchObject({ line: 0, ...span, workloadId: idOf(40), deployment: 4, by: 'ann' });
    expect(spans[0]).not.toHaveProperty('amount');
    const [asked] = platform.to(`GET /v1/invoices/${summary.id}/spans`);
    expect(Object.fromEntries(asked!.query)).toMatchObject({ line: '0', workload: idOf(40) });
  });

  it('names what it was called in the period, also when it is gone', async () => {
    const [project, place] = [
      { id: idOf(10), name: 'oldshop' },
      { id: idOf(20), name: 'preview-7' },
    ];
    const names = [{ appId: idOf(30), name: 'storefront', project, environments: [place] }];
    platform.on(`GET /v1/invoices/${summary.id}/parts`, page(part(3)));
    platform.on(`GET /v1/invoices/${summary.id}`, named(names));
    expect((await ask()).stdout).toMatch(/CPU +oldshop\/storefront oldshop\/preview-7 web +v3 /);
  });

  it.each([
    ['its host', 'shop.example.com/api', / shop\.example\.com\/api +- +- +- +2026/],
    ['that it is one, where nobody said its host', null, / domain +- +- +- +2026/],
  ])('says of a domain %s', async (_what, name, line) => {
    const names = [
      {
        ...{ appId: idOf(30), name: 'hello', project: { id: idOf(10), name: 'shop' }, environments: [] },
        domains: [{ id: idOf(41), name }],
      },
    ];
    platform.on(`GET /v1/invoices/${summary.id}/parts`, page({ ...part(0, 41), domains: 1 }));
    platform.on(`GET /v1/invoices/${summary.id}`, named(names));
    expect((await ask()).stdout).toMatch(line);
  });

  it('shows as much as the reader may see, and does not hide that the platform is away', async () => {
    platform.on(`GET /v1/invoices/${summary.id}/parts`, page(part(3, 41)));
    platform.on('GET /v1/releases', (_, response) => problem(response, 403, 'forbidden'));
    expect((await ask()).stdout).toMatch(/v3 +- +- +- +2026/);
    platform.on('GET /v1/releases', (_, response) => problem(response, 503, 'unavailable'));
    expect(await ask()).toMatchObject({ code: 9, stdout: '' });
  });
});
