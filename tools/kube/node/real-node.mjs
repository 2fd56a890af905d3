// A cluster of one machine that runs real pods: the control plane, registry, containerd, kubelet, kube-proxy, DNS, metrics,
// a gateway, and what enforces network policies. Needs root.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ControlPlane, portsFor } from '../control-plane.mjs';
import { installKube, KubeToolError } from '../install.mjs';
import { traefikDefinitions } from '../traefik-definitions.mjs';
import { dns, gateway, metrics, metricsFlags, pathOf } from './add-ons.mjs';
import { Images, nodeRoot } from './images.mjs';
import { installNode } from './install-node.mjs';
import * as settings from './settings.mjs';

const run = promisify(execFile);
const { ADDRESS, NODE, REGISTRY } = settings;
const portNames = ['etcd', 'peer', 'api', 'kubelet', 'proxy', 'gateway'];
/** Who else signs in at the control plane: name in the folder, subject, use. */
const certificates = [
  ['node', `/O=system:nodes/CN=system:node:${NODE}`, 'extendedKeyUsage=clientAuth'],
  ['proxy', '/CN=system:kube-proxy', 'extendedKeyUsage=clientAuth'],
  ['kubelet', `/CN=${NODE}`, `subjectAltName=DNS:${NODE},IP:${ADDRESS}`],
];

/** Starts everything; `stop` ends it and leaves nothing behind. */
export async function startNode({ detached = false } = {}) {
  const [tools, parts] = [await installKube(), await installNode()];
  await requireNoOther();
  const folder = await mkdtemp(join(tmpdir(), 'berth-node-'));
  const ports = await portsFor(portNames);
  const plane = new ControlPlane({ tools, folder, ports, detached, address: ADDRESS });
  const node = new RealNode(plane, parts);
  try {
    await node.start();
  } catch (error) {
    await node.stop();
    throw error;
  }
  return node.handle();
}

/** Two would share an address, routes and tables; the one that ends first would take them from the other. */
async function requireNoOther() {
  const { stdout } = await run('ip', ['-o', 'addr', 'show', 'dev', 'lo']);
  if (!stdout.includes(`${ADDRESS}/32`)) return;
  throw new KubeToolError(
    `A node runs on this machine already. If it does not: ip addr del ${ADDRESS}/32 dev lo, and try again.`,
  );
}

class RealNode {
  constructor(plane, parts) {
    Object.assign(this, { plane, parts, folder: plane.folder, images: new Images(plane.folder) });
  }

  handle() {
    return {
      kubeconfig: join(this.folder, 'admin.kubeconfig'),
      url: this.plane.url,
      gatewayUrl: `http://127.0.0.1:${this.plane.ports.gateway}`,
      folder: this.folder,
      pids: () => Object.fromEntries([...this.plane.children].map(([name, child]) => [name, child.pid])),
      /** By digest, of a folder with this Node and the given files; it runs `/server.js` as user 1000. */
      image: (name, files) => this.image(name, files),
      /** Ends the enforcement of network policies, to prove that it is what stopped something. */
      lowerWalls: () => this.lowerWalls(),
      stop: () => this.stop(),
    };
  }

  async start() {
    await run('ip', ['addr', 'add', `${ADDRESS}/32`, 'dev', 'lo']);
    await this.plane.prepare();
    for (const certificate of certificates) await this.issue(...certificate);
    for (const name of ['node', 'proxy']) await this.plane.writeKubeconfig(name);
    await this.writeSettings();
    await this.plane.startAll();
    await this.startRegistry();
    await this.startPods();
    await this.startAddOns();
  }

  async writeSettings() {
    const { folder, plane } = this;
    const { kubelet, proxy, gateway: port } = plane.ports;
    await mkdir(join(folder, 'cni'));
    const files = {
      'registry.yml': settings.registryOf(folder),
      'cni/10-berth.conflist': settings.cniOf(folder),
      'containerd.toml': settings.containerdOf(folder),
      'kubelet.yaml': settings.kubeletOf(folder, kubelet),
      'proxy.yaml': settings.proxyOf(folder, proxy),
      'resolv.conf': 'nameserver 127.0.0.1\n',
      'traefik.yaml': settings.traefikOf(folder, plane.url, port),
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  }

  async startRegistry() {
    await this.plane.spawn('registry', 'docker-registry', ['serve', 'registry.yml']);
    await this.plane.until('registry', () => answers(`http://${REGISTRY}/v2/`));
    await this.images.prepare();
    await this.programImage('pause', '["/pause"]');
  }

  async startPods() {
    const { plane, parts, folder } = this;
    // containerd and kubelet look for the shim in PATH.
    const env = { ...process.env, PATH: `${parts}:${process.env.PATH}` };
    const kube = join(plane.tools, 'kube');
    await plane.spawn('containerd', join(parts, 'containerd'), ['--config', 'containerd.toml'], env);
    await plane.until('containerd', () => this.ctr('version').then(() => true));
    const kubelet = [
      ...['kubelet', '--config=kubelet.yaml', '--kubeconfig=node.kubeconfig', `--root-dir=${folder}/kubelet`],
      ...[`--cert-dir=${folder}/kubelet-pki`, `--node-ip=${ADDRESS}`, `--hostname-override=${NODE}`],
      // For the built-in cAdvisor, which else knows neither containers by name nor the traffic of pods.
      `--containerd=${folder}/containerd.sock`,
    ];
    await plane.spawn('kubelet', kube, kubelet, env);
    await plane.spawn('kube-proxy', kube, ['kube-proxy', '--config=proxy.yaml']);
    await plane.untilReady('kubelet', 1);
  }

  /** Of one of the programs that were built, alone in its image. */
  async programImage(name, entrypoint, files = {}) {
    const root = join(this.folder, `${name}-root`);
    await mkdir(root);
    await run('cp', [join(this.parts, name), root]);
    for (const [file, text] of Object.entries(files)) await writeFile(join(root, file), text);
    return this.images.push(`${name}:1`, root, ['--entrypoint', entrypoint]);
  }

  async startAddOns() {
    const { plane, parts, folder } = this;
    const resolver = await this.programImage('coredns', '["/coredns","-conf","/Corefile"]', {
      Corefile: settings.corefile,
    });
    for (const text of Object.values(await traefikDefinitions())) await plane.define(text);
    for (const each of [...dns(resolver), ...metrics, ...gateway(plane.ports.gateway)])
      await plane.apply(pathOf(each), JSON.stringify(each));
    await plane.spawn('metrics-server', join(parts, 'metrics-server'), metricsFlags(folder));
    await writeFile(join(folder, 'traefik.token'), await this.tokenOf('traefik'), { mode: 0o600 });
    await plane.spawn('traefik', join(parts, 'traefik'), ['--configFile=traefik.yaml']);
    const policies = [join(import.meta.dirname, 'policies.mjs')];
    const env = { ...process.env, KUBECONFIG: join(folder, 'admin.kubeconfig') };
    await plane.spawn('policies', process.execPath, policies, env);
    await plane.until('traefik', () => answers(`http://127.0.0.1:${plane.ports.gateway}/`));
    const route = '/apis/gateway.networking.k8s.io/v1/namespaces/gateway/gateways/public';
    await plane.until('traefik', async () => {
      const { status } = (await plane.ask('GET', route)).body;
      return status?.conditions?.some(({ type, status: is }) => type === 'Accepted' && is === 'True');
    });
  }

  async image(name, files) {
    const root = await nodeRoot(join(this.folder, 'image-root'), files);
    const settingsOf = [
      '--entrypoint',
      '["/usr/bin/node","/server.js"]',
      '--user',
      '1000',
      '--env',
      'PATH=/usr/bin:/bin',
    ];
    return this.images.push(name, root, settingsOf);
  }

  async tokenOf(account) {
    const path = `/api/v1/namespaces/kube-system/serviceaccounts/${account}/token`;
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 86_400 } };
    const answer = await this.plane.ask('POST', path, JSON.stringify(body), 'application/json');
    return answer.body.status.token;
  }

  async issue(name, subject, extension) {
    const file = (suffix) => join(this.folder, suffix);
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file(`${name}.key`)];
    const signer = ['-CA', file('ca.crt'), '-CAkey', file('ca.key'), '-days', '1', '-out', file(`${name}.crt`)];
    const what = ['-subj', subject, '-addext', 'basicConstraints=critical,CA:FALSE', '-addext', extension];
    await run('openssl', ['req', '-x509', ...key, ...signer, ...what]);
  }

  ctr(...args) {
    return run(join(this.parts, 'ctr'), ['-a', join(this.folder, 'containerd.sock'), '-n', 'k8s.io', ...args]);
  }

  /** Pods outlive kubelet and containerd: their processes are ended first, then what holds them. */
  async stop() {
    const { plane, folder } = this;
    for (const name of ['policies', 'traefik', 'metrics-server', 'kubelet', 'kube-proxy'])
      await plane.end(name, 'SIGTERM');
    if (plane.children.has('containerd')) await this.endContainers();
    await plane.endAll('SIGKILL');
    await this.restoreNetwork();
    await unmountBelow(folder);
    await rm(folder, { recursive: true, force: true });
  }

  async lowerWalls() {
    await this.plane.end('policies', 'SIGKILL');
    await run('nft', ['delete', 'table', 'inet', 'berth_policies']);
  }

  async endContainers() {
    const each = async (kind, ...remove) => {
      const { stdout } = await this.ctr(kind, 'ls', '-q').catch(() => ({ stdout: '' }));
      for (const id of stdout.split('\n').filter(Boolean)) await this.ctr(kind, ...remove, id).catch(() => undefined);
    };
    await each('task', 'rm', '-f');
    await each('container', 'rm');
    for (const pid of await pidsOf(`-address ${this.folder}/containerd.sock`)) process.kill(pid, 'SIGKILL');
  }

  async restoreNetwork() {
    const quiet = (command, ...args) => run(command, args).catch(() => undefined);
    await quiet(join(this.plane.tools, 'kube'), 'kube-proxy', '--cleanup', `--config=${this.folder}/proxy.yaml`);
    await quiet('nft', 'delete', 'table', 'inet', 'berth_policies');
    await quiet('ip', 'addr', 'del', `${ADDRESS}/32`, 'dev', 'lo');
    for (const root of await readdir('/sys/fs/cgroup'))
      await quiet('find', `/sys/fs/cgroup/${root}/kubepods`, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', '+');
  }
}

const answers = (url) =>
  new Promise((resolve) => {
    get(url, { agent: false }, (response) => resolve(response.resume() && true)).once('error', () => resolve(false));
  });

async function pidsOf(words) {
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = all.map(async (pid) => {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''); // it has ended
    return line.replaceAll('\0', ' ').includes(words) ? [Number(pid)] : [];
  });
  return (await Promise.all(lines)).flat();
}

async function unmountBelow(folder) {
  const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '');
  for (const path of mounts
    .filter((each) => each.startsWith(`${folder}/`))
    .sort()
    .reverse())
    await run('umount', ['-l', path]).catch(() => undefined);
}
