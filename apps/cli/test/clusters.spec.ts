import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { environment, idOf, json, page, problem } from './platform.js';
import { platform, terminal, withPlatform } from './with-platform.js';

const cluster = {
  ...{ id: idOf(90), name: 'berlin', region: 'eu', isOwn: false, isCordoned: false, server: 'https://10.0.0.1' },
  ...{ settings: null, address: ['192.0.2.1'], workloads: 3, generation: 1, createdAt: '2026-11-21T10:00:00.000Z' },
  conditions: [{ type: 'Reachable', status: 'false', reason: 'DoesNotAnswer', message: 'ECONNREFUSED', since: '' }],
};
const one = `/v1/clusters/${cluster.id}`;
const gateway = ['--gateway', 'edge/public', '--gateway-url', 'http://gateway.example'];

describe('berth clusters', () => {
  withPlatform();
  beforeEach(() => {
    platform.on('GET /v1/clusters', page(cluster));
  });

  it('lists what stands where, and why one does not answer', async () => {
    const { stdout } = await terminal.berth(['clusters', 'list']);
    expect(stdout).toMatch(/berlin +eu +3 +welcome +ECONNREFUSED +- +https:\/\/10\.0\.0\.1/);
  });

  const gatewayOf = { namespace: 'edge', name: 'public', url: 'http://gateway.example' };
  const measured = { gateway: gatewayOf, dnsNamespace: 'kube-system', prometheus: { url: 'https://metrics.example' } };
  const said = (status: string, message: string) => [{ type: 'Statistics', status, reason: 'X', message, since: '' }];

  it.each([
    ['none', { settings: { gateway: gatewayOf }, conditions: [] }, '-', 'none is configured'],
    ['one that was not asked yet', { settings: measured, conditions: [] }, 'not looked at yet', ': not looked at yet'],
    ['one that answers', { settings: measured, conditions: said('true', 'fine') }, 'answers', ': answers'],
    ['one that does not', { settings: measured, conditions: said('false', 'no') }, 'no', 'https://metrics.example: no'],
    ["the installation's own", { settings: null, conditions: said('true', 'fine') }, 'answers', 'answers'],
  ])('shows and lists whether it has a Prometheus that answers: %s', async (_, parts, listed, shown) => {
    platform.on('GET /v1/clusters', page({ ...cluster, ...parts }));
    const list = await terminal.berth(['clusters', 'list']);
    expect(list.stdout).toMatch(new RegExp(`${listed} +https://10\\.0\\.0\\.1`));
    const show = await terminal.berth(['clusters', 'show', 'berlin']);
    expect(show.stdout).toMatch(new RegExp(`^Prometheus: .*${shown}$`, 'm'));
  });

  it('shows how one is set up', async () => {
    platform.on('GET /v1/clusters', page({ ...cluster, settings: measured }));
    const { stdout } = await terminal.berth(['clusters', 'show', 'berlin']);
    expect(stdout).toMatch(/^Gateway: +edge\/public at http:\/\/gateway\.example$/m);
    expect(stdout).toMatch(/^State: +ECONNREFUSED$/m);
  });

  it('adds one by kubeconfig, and one by the token of a service account on stdin', async () => {
    platform.on('POST /v1/clusters', (_, response) => json(response, cluster, 201));
    await writeFile(join(terminal.folder, 'kubeconfig'), 'apiVersion: v1');
    await writeFile(join(terminal.folder, 'ca.pem'), 'the authority');
    const added = await terminal.berth(['clusters', 'add', 'berlin', '--kubeconfig', 'kubeconfig', ...gateway]);
    expect(added).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('berth envs create NAME --cluster berlin'),
    });
    const account = ['--api', 'https://10.0.0.1', '--ca', 'ca.pem', '--token-stdin', '--region', 'eu'];
    await terminal.berth(['clusters', 'add', 'berlin', ...account, ...gateway], { stdin: 'secret\n' });
    const settings = { gateway: { namespace: 'edge', name: 'public', url: 'http://gateway.example' } };
    const token = { kind: 'token', server: 'https://10.0.0.1', certificateAuthority: 'the authority', token: 'secret' };
    expect(platform.bodies('POST /v1/clusters')).toEqual([
      { name: 'berlin', region: null, credentials: { kind: 'kubeconfig', kubeconfig: 'apiVersion: v1' }, settings },
      { name: 'berlin', region: 'eu', credentials: token, settings },
    ]);
  });

  it('adds one with its Prometheus, whose token is read from a file', async () => {
    platform.on('POST /v1/clusters', (_, response) => json(response, cluster, 201));
    await writeFile(join(terminal.folder, 'kubeconfig'), 'apiVersion: v1');
    await writeFile(join(terminal.folder, 'token'), 'secret\n');
    const prometheus = ['--prometheus', 'https://prometheus.example', '--prometheus-token', 'token'];
    await terminal.berth(['clusters', 'add', 'berlin', '--kubeconfig', 'kubeconfig', ...gateway, ...prometheus]);
    expect(platform.bodies('POST /v1/clusters').at(-1)).toMatchObject({
      credentials: { kind: 'kubeconfig', prometheusToken: 'secret' },
      settings: { prometheus: { url: 'https://prometheus.example' } },
    });
  });

  it('adds one without the Gateway API by the class of its Ingresses', async () => {
    platform.on('POST /v1/clusters', (_, response) => json(response, cluster, 201));
    await writeFile(join(terminal.folder, 'kubeconfig'), 'apiVersion: v1');
    const door = ['--gateway', 'ingress-nginx', '--gateway-url', 'http://10.0.0.2', '--ingress-class', 'nginx'];
    await terminal.berth(['clusters', 'add', 'berlin', '--kubeconfig', 'kubeconfig', ...door]);
    expect(platform.bodies('POST /v1/clusters').at(-1)).toMatchObject({
      settings: { gateway: { namespace: 'ingress-nginx', url: 'http://10.0.0.2' }, ingressClass: 'nginx' },
    });
  });

  it.each([
    [['--kubeconfig', 'x', '--gateway', 'edge', '--gateway-url', 'http://x']],
    [['--kubeconfig', 'x', '--gateway', 'edge/', '--gateway-url', 'http://x', '--ingress-class', 'nginx']],
    [['--kubeconfig', 'missing', ...gateway]],
    [['--api', 'https://10.0.0.1', ...gateway]],
    [['--kubeconfig', 'x', '--api', 'https://10.0.0.1', ...gateway]],
    [['--kubeconfig', 'x']],
    [['--kubeconfig', 'x', '--gateway', 'a/b/c', '--gateway-url', 'http://x']],
  ])('refuses %j as wrong usage', async (argv) => {
    expect(await terminal.berth(['clusters', 'add', 'berlin', ...argv])).toMatchObject({ code: 2 });
    expect(platform.to('POST /v1/clusters')).toHaveLength(0);
  });

  it('says what a cluster lacks and what to do, and exits with 6', async () => {
    const check = { name: 'gateway', outcome: 'failed', message: 'There is no Gateway.', nextStep: 'Make it.' };
    platform.on(`GET ${one}/report`, { isFit: false, version: 'v1.36.3', checks: [check] });
    const ran = await terminal.berth(['clusters', 'doctor', 'berlin']);
    expect(ran).toMatchObject({
      code: 6,
      stdout: expect.stringMatching(/gateway +failed +There is no Gateway\. +Make it\./),
    });
  });

  it('cordons and takes that back', async () => {
    for (const verb of ['cordon', 'uncordon']) {
      platform.on(`POST ${one}/${verb}`, cluster);
      expect(await terminal.berth(['clusters', verb, 'berlin'])).toMatchObject({ code: 0 });
      expect(platform.to(`POST ${one}/${verb}`)).toHaveLength(1);
    }
  });

  it('removes one when its name was said twice, and not while something stands there', async () => {
    platform.on(`DELETE ${one}`, (_, response) => problem(response, 409, 'cluster_in_use'));
    expect(await terminal.berth(['clusters', 'remove', 'berlin'])).toMatchObject({ code: 2 });
    expect(platform.to(`DELETE ${one}`)).toHaveLength(0);
    expect(await terminal.berth(['clusters', 'remove', 'berlin', '--yes'])).toMatchObject({ code: 5 });
  });

  it('gives one up that is gone, after it was said what goes with it', async () => {
    platform.on(`DELETE ${one}`, (_, response) => response.writeHead(204).end());
    const refused = await terminal.berth(['clusters', 'remove', 'berlin', '--force']);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringMatching(/gives up \d+ workloads .*volumes/) });
    const { code, stdout } = await terminal.berth(['clusters', 'remove', 'berlin', '--force', '--yes']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('berth envs move') });
    expect(platform.to(`DELETE ${one}`).map(({ query }) => query.toString())).toEqual(['force=true']);
  });

  it('knows none of another name', async () => {
    platform.on('GET /v1/clusters', page());
    expect(await terminal.berth(['clusters', 'cordon', 'paris'])).toMatchObject({ code: 4 });
  });

  it('are where an environment says', async () => {
    platform.on('POST /v1/environments', (_, response) => json(response, environment('qa'), 201));
    await terminal.berth(['envs', 'create', 'qa', '--cluster', 'berlin']);
    expect(platform.bodies('POST /v1/environments')).toMatchObject([{ slug: 'qa', cluster: 'berlin' }]);
  });
});
