import { beforeEach, describe, expect, it } from '@jest/globals';
import { environment, idOf, page, workload } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const path = `/v1/environments/${idOf(20)}/failover`;
const policy = { environmentId: idOf(20), afterSeconds: 600, workersMayRunTwice: false };

describe('failover', () => {
  withPlatform();
  beforeEach(() => {
    platform.on('GET /v1/environments', page(environment('staging')));
  });
  const berth = (...words: string[]) => terminal.berth(['failover', ...words]);

  it('show says when what leaves', async () => {
    platform.on(`GET ${path}`, policy);
    expect((await berth('show', 'staging')).stdout).toMatch(/not answered for 10 min[^]*only web and has no volumes/);
    platform.on(`GET ${path}`, { ...policy, workersMayRunTwice: true });
    expect((await berth('show', 'staging')).stdout).toContain('workers may run twice');
  });

  it('set waits five minutes and lets no worker run twice unless told so', async () => {
    platform.on(`PUT ${path}`, policy);
    await berth('set', 'staging');
    await berth('set', 'staging', '--after', '1h', '--workers-may-run-twice');
    expect(platform.bodies(`PUT ${path}`)).toEqual([
      { afterSeconds: 300, workersMayRunTwice: false },
      { afterSeconds: 3_600, workersMayRunTwice: true },
    ]);
  });

  it('off lets it wait', async () => {
    platform.on(`DELETE ${path}`, (_, response) => response.writeHead(204).end());
    expect(await berth('off', 'staging')).toMatchObject({ code: 0, stdout: expect.stringContaining('waits') });
  });

  it('is seen where an app stands', async () => {
    platform.on('GET /v1/workloads', page(workload()));
    const state = { state: 'active', isFirst: true, isFailover: true, phase: 'live', proof: null };
    const placement = { cluster: 'berlin', region: 'eu', ...state, message: null, drainUntil: null, createdAt: '' };
    platform.on(`GET /v1/workloads/${idOf(40)}/placements`, page(placement));
    expect((await terminal.berth(['placements', 'list'])).stdout).toMatch(/berlin +eu +active \(failover\)/);
  });
});
