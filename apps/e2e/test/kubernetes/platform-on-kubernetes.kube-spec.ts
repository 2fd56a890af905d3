import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deployment, Release, Workload } from '@berth/contracts/deployment';
import { kinds } from '@berth/kubernetes';
import { type ObservedInstance, serves } from '@berth/contracts/runtime';
import { eventually } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { SeparatePlatform } from '../separate/separate-platform.js';
import { Api } from '../support/api.js';
import { CommandLine } from '../support/command-line.js';
import { stretchesOf } from '../support/expected-usage.js';
import { PlayedCluster } from './played-cluster.js';

jest.setTimeout(300_000);

const REPOSITORY = 'registry.example/team/shop';
const digestOf = (mark: string): string => `sha256:${mark.padEnd(64, '0')}`;
const image = (mark: string): string => `${REPOSITORY}@${digestOf(mark)}`;
const patient = { within: 60_000, every: 100 };

let cluster: PlayedCluster;
let berth: SeparatePlatform;
let ada: CommandLine;
let api: Api;
let workload: Workload;

beforeAll(async () => {
  cluster = await PlayedCluster.start();
  const kubeconfig = join(cluster.plane.folder, 'berth.kubeconfig');
  await writeFile(kubeconfig, cluster.kubeconfig);
  berth = await SeparatePlatform.start({
    bus: 'embedded',
    parts: ['gateway', 'user-management', 'deployment-management', 'metering'],
    told: {
      'deployment-management': {
        RUNTIME: 'kubernetes',
        KUBECONFIG: kubeconfig,
        CLUSTER_GATEWAY_URL: cluster.gatewayUrl,
      },
    },
  });
  ada = await CommandLine.at(berth.url);
  api = await Api.open(berth);
}, 1_200_000);
afterAll(async () => {
  await berth.stopAndRemove();
  await cluster.stop();
});

const newest = async (): Promise<Deployment | undefined> => (await ada.json<Deployment[]>(['deployments', 'list']))[0];
const instances = async () => (await ada.json<ObservedInstance[]>(['ps'])).filter(serves);
const runs = async (...marks: string[]) =>
  expect((await cluster.pods(workload.id)).map(({ spec }) => spec.containers[0]?.image).sort()).toEqual(
    marks.map(image).sort(),
  );
const allocated = async () =>
  stretchesOf(await berth.events(), workload.id, Date.now()).map(({ entries }) =>
    entries.map(({ release, processType, instances: count }) => `v${release} ${processType} x${count}`).join(),
  );

describe('the platform on a cluster, as the account of k8s/rbac', () => {
  it('deploys an image by name, and calls it live when its pods run it and the route answers', async () => {
    const { email, password } = berth.administrator();
    await ada.run(['login', '--email', email, '--password-stdin'], password);
    await ada.run(['projects', 'create', 'shop']);
    await ada.run(['envs', 'create', 'staging']);
    await ada.run(['apps', 'create', 'web', '--image', image('a1')]);
    const { out } = await ada.run(['deploy', '--wait']);
    expect(out.trim()).toMatch(/^http:\/\/web-staging-[0-9a-f]{6}\.localhost/);
    const live = await newest();
    workload = await api.workload(live?.workloadId ?? '');
    expect(live).toMatchObject({ status: 'live', source: { kind: 'image', image: image('a1') }, buildId: null });
    await runs('a1');
    expect((await cluster.pods(workload.id))[0]?.spec.containers[0]).not.toHaveProperty('command');
    expect(await instances()).toMatchObject([{ release: 1, artifactDigest: digestOf('a1'), routed: true }]);
  });

  it('puts a second wall at what the organization may have', async () => {
    const [pod] = await cluster.pods(workload.id);
    const namespace = pod?.metadata.namespace ?? '';
    const limits = await api.call<{ cpuMillicores: number }>('GET', `/v1/quotas/${workload.organizationId}`);
    const hard = { 'requests.cpu': expect.anything(), 'services.nodeports': '0' };
    const { signal } = new AbortController();
    expect(await cluster.administrator.get(kinds.resourceQuota, 'quota', signal, namespace)).toMatchObject({
      spec: { hard },
    });
    const cpu = `${2 * limits.cpuMillicores}m`;
    const greedy = {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'greedy', namespace } },
      spec: {
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            ...{ name: 'greedy', image: 'x', resources: { requests: { cpu }, limits: { cpu } } },
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          },
        ],
      },
    };
    await expect(cluster.administrator.apply(greedy, signal)).rejects.toThrow(/exceeded quota/);
  });

  it('scales, and tells what is there', async () => {
    await ada.run(['ps', 'scale', 'web=3']);
    await eventually(async () => expect(await instances()).toHaveLength(3), patient);
    await runs('a1', 'a1', 'a1');
    await ada.run(['ps', 'scale', 'web=1']);
    await eventually(async () => {
      expect(await instances()).toHaveLength(1);
      // Those that are ending are of no use to compare with.
      await runs('a1');
    }, patient);
  });

  it('brings a change of config to new pods', async () => {
    const [before] = await cluster.pods(workload.id);
    await ada.run(['config', 'set', 'GREETING=hello', '--wait']);
    expect(await instances()).toMatchObject([{ release: 2, artifactDigest: digestOf('a1') }]);
    // The former one may still be ending.
    await eventually(async () => {
      const after = await cluster.pods(workload.id);
      expect(after).toHaveLength(1);
      expect(after[0]?.metadata.uid).not.toBe(before?.metadata.uid);
    }, patient);
  });

  it.each([
    ['0bad', 'image_not_found'],
    ['dead', 'crash_loop'],
    ['feed', 'out_of_memory'],
  ])('ends a deployment of an image like %s with its cause, and what was live still runs', async (mark, cause) => {
    const [before] = await cluster.pods(workload.id);
    const { code, error } = await ada.try(['deploy', '--image', image(mark), '--wait']);
    expect({ code, cause: (await newest())?.failure?.cause }).toEqual({ code: 7, cause });
    expect(error).toContain('v2 keeps serving');
    await eventually(() => runs('a1'), patient);
    expect((await cluster.pods(workload.id))[0]?.metadata.uid).toBe(before?.metadata.uid);
  });

  it('goes to another image and back', async () => {
    await ada.run(['deploy', '--image', image('b2'), '--wait']);
    await eventually(() => runs('b2'), patient);
    await ada.run(['rollback', 'v2', '--wait']);
    await eventually(() => runs('a1'), patient);
    const [current] = await ada.json<Release[]>(['releases', 'list']);
    expect(current).toMatchObject({ reason: 'rollback to v2', artifact: { digest: digestOf('a1') } });
  });

  it('stops and starts', async () => {
    await ada.run(['stop']);
    await eventually(() => runs(), patient);
    await ada.run(['start']);
    await eventually(async () => expect(await instances()).toHaveLength(1), patient);
  });

  it('refuses what cannot run there, with the next step', async () => {
    await ada.run(['apps', 'create', 'built', '--git', 'https://git.example/built.git', '--no-link']);
    const refused = await ada.try(['deploy', '--app', 'built']);
    expect(refused.code).toBe(6);
    expect(refused.error).toContain('berth deploy --image');
  });

  it('has told metering all that served, and nothing that failed', async () => {
    await eventually(async () => {
      const told = (await allocated()).filter((each) => each !== '');
      const releases = told.map((each) => each.replace(/ .*/, ''));
      expect(releases.filter((each, index) => each !== releases[index - 1])).toEqual(['v1', 'v2', 'v6', 'v7']);
      expect(told).toContain('v1 web x3');
    }, patient);
    await eventually(async () => expect((await ada.run(['usage'])).out).toMatch(/shop\/web +[1-9]/), patient);
  });

  it('leaves nothing of a workload that is deleted', async () => {
    await api.call('DELETE', `/v1/workloads/${workload.id}`);
    await eventually(async () => expect(await cluster.everythingOf(workload.id)).toEqual([]), patient);
    await eventually(async () => expect((await allocated()).at(-1)).toBe(''), patient);
  });
});
