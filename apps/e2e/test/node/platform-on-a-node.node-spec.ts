import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deployment, IsolationCheck, Release, StatsSample } from '@berth/contracts/deployment';
import { type ObservedInstance, serves } from '@berth/contracts/runtime';
import { kinds } from '@berth/kubernetes';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { SeparatePlatform } from '../separate/separate-platform.js';
import { ask, steadyLoad } from '../support/app-http.js';
import { CommandLine } from '../support/command-line.js';
import { RealCluster } from './real-cluster.js';

jest.setTimeout(300_000);

const patient = { within: 120_000, every: 250 };

let cluster: RealCluster;
let berth: SeparatePlatform;
let ada: CommandLine;
let url: string;

beforeAll(async () => {
  cluster = await RealCluster.start();
  const kubeconfig = join(cluster.node.folder, 'berth.kubeconfig');
  await writeFile(kubeconfig, cluster.kubeconfig);
  const { gatewayUrl } = cluster.node;
  berth = await SeparatePlatform.start({
    bus: 'embedded',
    parts: ['gateway', 'user-management', 'deployment-management', 'metering'],
    told: {
      'deployment-management': {
        RUNTIME: 'kubernetes',
        KUBECONFIG: kubeconfig,
        CLUSTER_GATEWAY_URL: gatewayUrl,
        APP_URL_TEMPLATE: `http://{host}:${new URL(gatewayUrl).port}`,
      },
    },
  });
  ada = await CommandLine.at(berth.url);
  const { email, password } = berth.administrator();
  await ada.run(['login', '--email', email, '--password-stdin'], password);
  for (const made of ['orgs create acme', 'projects create shop', 'envs create staging', 'envs create production'])
    await ada.run(made.split(' '));
  await ada.run(['apps', 'create', 'web', '--image', cluster.image('one')]);
}, 1_800_000);
afterAll(async () => {
  await berth?.stopAndRemove();
  await cluster?.stop();
});

const IN_STAGING = ['--env', 'staging'];
const run = (...args: string[]) => ada.run([...args, ...IN_STAGING]);
const json = <Answer>(...args: string[]) => ada.json<Answer>([...args, ...IN_STAGING]);
const deploy = (image: string, ...more: string[]) => run('deploy', '--image', cluster.image(image), '--wait', ...more);
const newest = async (): Promise<Deployment | undefined> => (await json<Deployment[]>('deployments', 'list'))[0];
const serving = async () => (await json<ObservedInstance[]>('ps')).filter(serves);
/** A gateway hears of changes a moment later, and what drains still answers: see ADR 0018. */
const untilAnswered = (body: string) => eventually(async () => expect((await ask(url)).body).toBe(body), patient);
const podsOf = async (environment: string) => {
  const [deployment] = await ada.json<Deployment[]>(['deployments', 'list', '--env', environment]);
  return cluster.pods(deployment?.workloadId ?? '');
};

const outcomes = async () => {
  const { code, out } = await ada.try(['doctor', 'isolation', '--image', cluster.image('one'), '--json']);
  const { verdict, walls } = JSON.parse(out) as IsolationCheck;
  const named = (outcome: string) => walls.filter((wall) => wall.outcome === outcome).map(({ name }) => name);
  return { code, verdict, failed: named('failed'), unproven: named('not-proven') };
};

describe('the platform on a node that runs pods', () => {
  it('calls a deployment live when its pods answer through the gateway of the cluster', async () => {
    url = (await run('deploy', '--wait')).out.trim();
    expect((await ask(url)).body).toBe('one');
    expect(JSON.parse((await ask(url, '/who')).body)).toMatchObject({ uid: 1000 });
  });

  it('shows what its instances say and use', async () => {
    expect((await run('logs')).out).toContain('one listens');
    await eventually(async () => {
      const { items } = await json<StatsSample>('top');
      const [stats] = items;
      expect(stats?.memoryBytes).toBeGreaterThan(10 * 2 ** 20);
    }, patient);
  });

  it('scales, and every instance gets requests', async () => {
    await run('ps', 'scale', 'web=3');
    await eventually(async () => expect(await serving()).toHaveLength(3), patient);
    const seen = new Set<string>();
    await eventually(async () => {
      seen.add((JSON.parse((await ask(url, '/who')).body) as { pod: string }).pod);
      expect(seen.size).toBe(3);
    }, patient);
    await run('ps', 'scale', 'web=2');
    await eventually(async () => expect(await serving()).toHaveLength(2), patient);
  });

  it('asks visitors for a password at the gateway, looks where they come from, and lets everybody in again', async () => {
    const authorization = `Basic ${Buffer.from('ann:a password').toString('base64')}`;
    const seen = async () => {
      const known = await ask(url, '/', undefined, { authorization });
      return [(await ask(url)).status, known.status];
    };
    const answers = (...statuses: number[]) => eventually(async () => expect(await seen()).toEqual(statuses), patient);
    await ada.run(['protect', 'login', 'ann', ...IN_STAGING], 'a password');
    await answers(401, 200);
    await deploy('two');
    await answers(401, 200);
    await run('rollback', 'v1', '--wait');
    await run('protect', 'allow', '198.51.100.0/24');
    await answers(403, 403);
    await run('protect', 'off');
    await answers(200, 200);
  });

  it('goes to another release and back under load without losing a request', async () => {
    const load = steadyLoad(url, 50);
    await deploy('two');
    await untilAnswered('two');
    await run('rollback', 'v1', '--wait');
    await untilAnswered('one');
    const { sent, failures } = await load.stop();
    expect(sent).toBeGreaterThan(100);
    expect(failures).toEqual([]);
    expect((await json<Release[]>('releases', 'list'))[0]).toMatchObject({ reason: 'rollback to v1' });
  });

  it.each([
    ['crashes', 'crash_loop', 'cannot find its database'],
    ['eats', 'out_of_memory', ''],
    ['mute', 'port_not_bound', 'It ran for'],
  ])(
    'ends a release that %s as %s, with evidence, while the old one answers every request',
    async (image, cause, said) => {
      const load = steadyLoad(url, 20);
      const { code } = await ada.try(['deploy', '--image', cluster.image(image), '--wait', ...IN_STAGING]);
      const { failures } = await load.stop();
      const failure = (await newest())?.failure;
      expect({ code, cause: failure?.cause, failures }).toEqual({ code: 7, cause, failures: [] });
      expect(failure?.evidence.join('\n')).toContain(said);
    },
  );

  it('starts an instance anew that ran out of memory, while the other answers', async () => {
    const restarts = async () => (await serving()).reduce((sum, each) => sum + each.restarts, 0);
    expect(await restarts()).toBe(0);
    await ask(url, '/eat').catch(() => undefined); // whoever asks for this loses the connection
    await eventually(async () => expect(await restarts()).toBeGreaterThan(0), patient);
    await eventually(async () => expect(await serving()).toHaveLength(2), patient);
    await untilAnswered('one');
  });

  it('proves every wall between tenants, with pods that try to reach one another, and leaves nothing behind', async () => {
    expect(await outcomes()).toEqual({ code: 0, verdict: 'isolated', failed: [], unproven: [] });
    const namespaces = [];
    for await (const { items } of cluster.administrator.pages(kinds.namespace, new AbortController().signal))
      namespaces.push(...items.map(({ metadata }) => metadata.name));
    expect(namespaces.filter((name) => name.startsWith('isolation-check-'))).toEqual([]);
  });

  it('lets a pod resolve names, and reach neither a neighbour, nor the cluster, nor this machine', async () => {
    await ada.run(['deploy', '--env', 'production', '--wait']);
    const [neighbour] = await podsOf('production');
    const [sibling] = await podsOf('staging');
    const api = new URL(cluster.node.url);
    const from = async (path: string) => (await ask(url, path)).body;
    // From outside the walls it answers: what fails below fails because of them.
    expect((await fetch(`http://${neighbour?.status.podIP}:8080/`)).status).toBe(200);
    expect(await from('/resolve?kubernetes.default.svc.cluster.local')).toBe('10.96.0.1');
    const addresses = [
      `http://${neighbour?.status.podIP}:8080/`,
      `http://${sibling?.status.podIP}:8080/`,
      'http://10.96.0.1:443/',
      `http://${api.hostname}:${api.port}/`,
      'http://169.254.169.254/latest/meta-data/',
    ];
    /** From any pod but the sibling, which reaches itself. */
    const tried = async (address: string) => {
      let answer = '';
      await eventually(async () => {
        answer = await from(`/fetch?${encodeURIComponent(address)}`);
        expect(answer.split(' ')[0]).not.toBe(sibling?.metadata.name);
      }, patient);
      return answer;
    };
    for (const address of addresses) expect(`${address} ${await tried(address)}`).not.toContain('reached');
    await cluster.node.lowerWalls();
    expect(await tried(`http://${neighbour?.status.podIP}:8080/`)).toContain('reached 200');
  });

  it('finds that the network keeps nobody apart any more', async () => {
    expect(await outcomes()).toEqual({ code: 6, verdict: 'not-isolated', failed: ['network', 'dns'], unproven: [] });
  });

  it('ends the pods of an app that is deleted', async () => {
    await ada.run(['apps', 'delete', 'web', '--yes']);
    const pods = await Promise.all(['staging', 'production'].map(podsOf)).catch(() => []);
    expect(pods).toEqual([]);
    await eventually(async () => expect((await ask(url)).status).toBe(404), patient);
  });
});
