import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeClient, KubeObject } from '@berth/kubernetes';
import { eventually } from '@berth/testing';
import { parse } from 'yaml';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the tool that builds Traefik is no library
import { installTraefik } from '../../../../tools/kube/traefik.mjs';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the same
import { traefikDefinitions } from '../../../../tools/kube/traefik-definitions.mjs';
import { freePorts } from '../support/berth-process.js';

const { signal: never } = new AbortController();
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const GATEWAY = '/apis/gateway.networking.k8s.io/v1/namespaces/gateway/gateways/public';

/** Traefik as a process of this machine: the gateway `gateway/public` and the Ingresses of a cluster whose pods are played. */
export class RealTraefik {
  private constructor(
    private readonly folder: string,
    private readonly process: ChildProcess,
    readonly url: string,
  ) {}

  /** On a cluster that has the classes of `makeDoors`. @param kubeconfig file of an administrator */
  static async start(administrator: KubeClient, kubeconfig: string): Promise<RealTraefik> {
    const program = await installTraefik();
    const [port = 0] = await freePorts(1);
    await define(administrator, port);
    const folder = await mkdtemp(join(tmpdir(), 'berth-traefik-'));
    const file = join(folder, 'traefik.json');
    await writeFile(file, JSON.stringify(settingsFor(port)));
    const env = { PATH: process.env['PATH'], KUBECONFIG: kubeconfig };
    const child = spawn(program, [`--configFile=${file}`], { env, stdio: 'ignore' });
    const url = `http://127.0.0.1:${port}`;
    await eventually(async () => void (await (await fetch(url)).text()), { within: 60_000 });
    return new RealTraefik(folder, child, url);
  }

  async stop(): Promise<void> {
    const ended = once(this.process, 'exit');
    this.process.kill();
    await ended;
    await rm(this.folder, { recursive: true });
  }
}

const settingsFor = (port: number) => ({
  global: { checkNewVersion: false, sendAnonymousUsage: false },
  entryPoints: { web: { address: `127.0.0.1:${port}` } },
  providers: {
    kubernetesGateway: { statusAddress: { ip: '127.0.0.1' } },
    kubernetesCRD: {},
    // Routes are there before any pod is.
    kubernetesIngress: { allowEmptyServices: true },
  },
});

/** All kinds that Traefik asks for, and the Gateway, whose listener is known by the port of Traefik's own. */
async function define(administrator: KubeClient, port: number): Promise<void> {
  const apply = (path: string, body: object) =>
    administrator.transport.ask({
      ...{ method: 'PATCH', path: `${path}?fieldManager=played&force=true`, body, signal: never },
      contentType: 'application/apply-patch+yaml',
    });
  for (const text of Object.values(await traefikDefinitions())) {
    const definition = parse(text) as KubeObject;
    await apply(`${DEFINITIONS}/${definition.metadata.name}`, definition);
  }
  const allowedRoutes = { namespaces: { from: 'All' } };
  await apply(GATEWAY, {
    ...{ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', metadata: { name: 'public' } },
    spec: { gatewayClassName: 'played', listeners: [{ name: 'http', port, protocol: 'HTTP', allowedRoutes }] },
  });
}
