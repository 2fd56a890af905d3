import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiError, type ClusterFacts, ClusterUnreachable, discover, kinds, problemsOf } from '../src/index.js';
import { never, testCluster, type TestCluster } from './support/cluster.js';

describe('what a cluster is', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await testCluster();
  });
  afterEach(() => cluster.proxy.heal());
  afterAll(() => cluster.close());

  const without = (start: string) =>
    cluster.proxy.break({ when: (_, path) => path.startsWith(start), fault: { kind: 'status', status: 404 } });
  const codes = async () =>
    problemsOf(await discover(cluster.client, never)).map(({ code, severity }) => [code, severity]);

  it('is known with its version and without a missing kind', async () => {
    const facts = await discover(cluster.client, never);
    expect(facts).toMatchObject({ version: expect.stringMatching(/^v1\.\d+/), missing: [] });
    expect(facts.minor).toBeGreaterThanOrEqual(26);
    expect(await codes()).toEqual(facts.hasMetrics ? [] : [['metrics_missing', 'degraded']]);
  });

  it('says when the Gateway API is not installed', async () => {
    without('/apis/gateway.networking.k8s.io');
    expect(await codes()).toContainEqual(['gateway_api_missing', 'blocking']);
  });

  it('says when a kind of its own is not served', async () => {
    without('/apis/policy/v1');
    expect(await codes()).toContainEqual(['kind_missing', 'blocking']);
  });

  it.each([
    ['1.25', '25', true],
    ['1.26 of a provider', '26+', false],
    ['nonsense', 'x', true],
  ])('is too old or not: %s', async (_, minor, isOld) => {
    const body = { gitVersion: `v1.${minor}`, minor };
    cluster.proxy.break({ when: (_method, path) => path === '/version', fault: { kind: 'status', status: 200, body } });
    expect((await codes()).some(([code]) => code === 'version_too_old')).toBe(isOld);
  });

  it('is not guessed when the cluster fails or is away', async () => {
    cluster.proxy.break({ when: (_, path) => path === '/apis/apps/v1', fault: { kind: 'status', status: 503 } });
    await expect(discover(cluster.client, never)).rejects.toBeInstanceOf(ApiError);
    cluster.proxy.heal();
    cluster.proxy.break({ fault: { kind: 'cut' } });
    await expect(discover(cluster.client, never)).rejects.toBeInstanceOf(ClusterUnreachable);
  });

  it('names the next step of every problem', () => {
    const none = { hasMetrics: false, hasDeclarations: false };
    const bad: ClusterFacts = { version: 'v1.20.0', minor: 20, missing: Object.values(kinds), ...none };
    const problems = problemsOf(bad);
    // Nothing is wrong with a cluster whose gateway is not Traefik, or that knows no priorities.
    expect(problems).toHaveLength(Object.values(kinds).length - 2 + 2);
    for (const { nextStep } of problems) expect(nextStep).toMatch(/^(Upgrade|Install|Use) /);
  });
});
