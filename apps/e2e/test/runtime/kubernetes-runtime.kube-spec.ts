import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { KubernetesRuntime } from '@berth/deployment-management/kubernetes-runtime';
import { KubeClient, kinds, readKubeconfig, Transport } from '@berth/kubernetes';
import { Clock } from '@berth/service-kit';
import { eventually, FaultProxy } from '@berth/testing';
import { expect } from '@jest/globals';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the tool that starts a control plane is no library
import { startKube } from '../../../../tools/kube/kube.mjs';
import { PlayedGateway } from './played-gateway.js';
import { PlayedMetrics } from './played-metrics.js';
import { type RuntimeHarness, runtimeContract } from './runtime.contract.js';

const never = new AbortController().signal;
const NAMESPACE = 'shop-staging-0123456789';
const digestOf = (name: string): string => `sha256:${createHash('sha256').update(name).digest('hex')}`;

/** The real API server, controllers and scheduler; nodes, gateway and metrics are played. The runtime alone goes through a proxy. */
async function start(): Promise<RuntimeHarness> {
  const plane = await startKube();
  const clock = new Clock();
  const access = readKubeconfig(readFileSync(plane.kubeconfig, 'utf8'));
  const direct = new KubeClient(new Transport(access, clock));
  const gateway = new PlayedGateway(direct);
  const metrics = new PlayedMetrics(direct);
  await metrics.start();
  const { server: upstream, authority: ca = '', identity = { certificate: '', key: '' } } = access;
  const proxy = new FaultProxy({ upstream, ca, cert: identity.certificate, key: identity.key });
  const server = await proxy.listen();
  const runtime = new KubernetesRuntime({
    client: new KubeClient(new Transport({ server }, clock)),
    clock,
    gatewayUrl: await gateway.listen(),
    settings: {
      ...{ registry: 'registry.example/berth', minor: 36, dnsNamespace: 'kube-system' },
      gateway: { namespace: 'gateway', name: 'public' },
    },
  });
  const podOf = (instanceId: string) => instanceId.split('-').slice(-2).join('-');
  return {
    runtime,
    good: digestOf,
    crashing: () => `sha256:${'dead'.repeat(16)}`,
    kill: async (workloadId, instanceId) => {
      const selector = `berth.dev/workload=${workloadId}`;
      for await (const { items } of direct.pages(kinds.pod, never, { selector }))
        for (const pod of items.filter(({ metadata }) => metadata.name.endsWith(podOf(instanceId))))
          await direct.delete(pod, never);
    },
    loseMemory: async () => {
      await direct.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }, never);
      await eventually(async () => expect(await direct.get(kinds.namespace, NAMESPACE, never)).toBeNull(), {
        within: 60_000,
      });
    },
    takeDown: async () => {
      proxy.break({ fault: { kind: 'cut' } });
      proxy.cutOpen();
      await eventually(() => expect(runtime.observe('00000000-0000-7000-8000-000000000000', never)).rejects.toThrow());
    },
    bringUp: async () => {
      proxy.heal();
      await eventually(() => runtime.observe('00000000-0000-7000-8000-000000000000', never), { within: 30_000 });
    },
    close: async () => {
      await runtime.close();
      await gateway.close();
      await metrics.close();
      direct.transport.close();
      await proxy.close();
      await plane.stop();
    },
  };
}

runtimeContract('Kubernetes', start);
