import { readFileSync } from 'node:fs';
import { KubernetesRuntime } from '@berth/deployment-management/kubernetes-runtime';
import { KubeClient, readKubeconfig, Transport } from '@berth/kubernetes';
import { Clock } from '@berth/service-kit';
import { eventually, FaultProxy } from '@berth/testing';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the tool that starts a control plane is no library
import { type KubePlane, startKube } from '../../../../tools/kube/kube.mjs';
import { PlayedGateway } from './played-gateway.js';
import { PlayedMetrics } from './played-metrics.js';
import { makeDoors } from './played-traefik.js';

export interface KubernetesWorld {
  readonly runtime: KubernetesRuntime;
  /** As the runtime, through the proxy. */
  readonly account: KubeClient;
  /** As the administrator, past the proxy. */
  readonly direct: KubeClient;
  /** Only the runtime goes through it. */
  readonly proxy: FaultProxy;
  readonly plane: KubePlane;
  readonly metrics: PlayedMetrics;
  readonly gateway: PlayedGateway;
  /** Where that answers. */
  readonly gatewayUrl: string;
  /** Another one beside `runtime`, as after a restart: on a cluster that is known differently. */
  also(settings: Partial<Settings>): KubernetesRuntime;
  close(): Promise<void>;
}

type Settings = ConstructorParameters<typeof KubernetesRuntime>[0]['settings'];

export const never = new AbortController().signal;

/**
 * The real API server, controllers and scheduler; nodes, gateway and metrics are played. The runtime is the administrator,
 * or whoever `identify` gives a token of.
 */
export async function kubernetesWorld(
  identify?: (administrator: KubeClient) => Promise<string>,
): Promise<KubernetesWorld> {
  const plane = await startKube();
  const clock = new Clock();
  const access = readKubeconfig(readFileSync(plane.kubeconfig, 'utf8'));
  const direct = new KubeClient(new Transport(access, clock));
  const gateway = new PlayedGateway(direct);
  const metrics = new PlayedMetrics(direct);
  await metrics.start();
  await makeDoors(direct);
  const { server: upstream, authority: ca = '', identity = { certificate: '', key: '' } } = access;
  const token = await identify?.(direct);
  const own = token === undefined && { cert: identity.certificate, key: identity.key };
  const proxy = new FaultProxy({ upstream, ca, ...own });
  const server = await proxy.listen();
  const identified = { server, ...(token && { token: () => token }) };
  const account = new KubeClient(new Transport(identified, clock));
  const gatewayUrl = await gateway.listen();
  const settings: Settings = {
    ...{ registry: 'registry.example/berth', dnsNamespace: 'kube-system' },
    gateway: { namespace: 'gateway', name: 'public' },
  };
  const also = (more: Partial<Settings>) =>
    new KubernetesRuntime({
      ...{ client: new KubeClient(new Transport(identified, clock)), clock, gatewayUrl },
      settings: { ...settings, ...more },
    });
  const runtime = also({});
  const close = async () => {
    await runtime.close();
    account.transport.close();
    await gateway.close();
    await metrics.close();
    direct.transport.close();
    await proxy.close();
    await plane.stop();
  };
  return { runtime, account, direct, proxy, plane, metrics, gateway, gatewayUrl, also, close };
}

/** Resolves when the runtime can be asked again. */
export const untilAnswering = ({ runtime }: KubernetesWorld): Promise<unknown> =>
  eventually(() => runtime.observe('00000000-0000-7000-8000-000000000000', never), { within: 60_000 });
