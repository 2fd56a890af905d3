// What a real node needs beside the control plane: some of it is built from Go modules, once, the rest are Debian's packages.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cache, KubeToolError } from '../install.mjs';

const here = import.meta.dirname;
const CONTAINERD = 'v2.2.9';
const METRICS_SERVER = 'v0.9.0';
const FLAGS = ['-trimpath', '-buildvcs=false'];
const sources = ['dns/go.mod', 'dns/go.sum', 'dns/main.go', 'pause/main.go', 'gateway/go.mod', 'gateway/go.sum'];
/** A program of each package, and the package. */
const packages = {
  runc: 'runc',
  '/usr/lib/cni/ptp': 'containernetworking-plugins',
  nft: 'nftables',
  iptables: 'iptables',
  conntrack: 'conntrack',
  'docker-registry': 'docker-registry',
  buildah: 'buildah',
  ip: 'iproute2',
  openssl: 'openssl',
};
const run = promisify(execFile);

/** Folder with containerd and its shim, `ctr`, metrics-server, CoreDNS, Traefik and pause. The first call takes many minutes. */
export async function installNode({ say = (line) => console.error(line) } = {}) {
  await requirePackages();
  const folder = join(cache, `kube-node-${await hashOfSources()}`);
  if (existsSync(folder)) return folder;
  say('Building containerd, metrics-server, CoreDNS and Traefik from their Go modules: about twenty minutes, once ...');
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(join(cache, 'kube-node-draft-'));
  try {
    await buildAll(draft);
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

async function requirePackages() {
  if (process.getuid() !== 0)
    throw new KubeToolError('A real node needs root: it makes namespaces, mounts and routes.');
  const isThere = (program) =>
    run('sh', ['-c', `command -v ${program}`]).then(
      () => true,
      () => false,
    );
  const missing = [];
  for (const [program, name] of Object.entries(packages)) if (!(await isThere(program))) missing.push(name);
  if (missing.length === 0) return;
  throw new KubeToolError(`A real node needs: apt-get install --no-install-recommends ${missing.join(' ')}`);
}

async function hashOfSources() {
  const hash = createHash('sha256').update([...FLAGS, CONTAINERD, METRICS_SERVER].join(' '));
  for (const file of sources) hash.update(await readFile(join(here, file)));
  return hash.digest('hex').slice(0, 12);
}

async function buildAll(folder) {
  const containerd = 'github.com/containerd/containerd/v2';
  const mark = `-X ${containerd}/version.Version=${CONTAINERD}`;
  for (const name of ['containerd', 'containerd-shim-runc-v2', 'ctr'])
    await go(folder, folder, ['install', `-ldflags=-s -w ${mark}`, `${containerd}/cmd/${name}@${CONTAINERD}`]);
  const metrics = 'sigs.k8s.io/metrics-server/cmd/metrics-server';
  await go(folder, folder, ['install', '-ldflags=-s -w', `${metrics}@${METRICS_SERVER}`]);
  await build(folder, 'dns', 'coredns', '.');
  await build(folder, 'pause', 'pause', '.');
  // Traefik's module has lines that "go install" refuses: it is built as a tool of a module of its own, which carries them.
  await build(folder, 'gateway', 'traefik', 'github.com/traefik/traefik/v3/cmd/traefik');
}

/** In a copy: a module is not written to while it is built. */
async function build(folder, module, name, target) {
  const copy = await mkdtemp(join(folder, 'module-'));
  await cp(join(here, module), copy, { recursive: true });
  await go(folder, copy, ['build', '-ldflags=-s -w', '-o', join(folder, name), target]);
  await rm(copy, { recursive: true });
}

async function go(folder, cwd, [command, ...args]) {
  const env = { ...process.env, CGO_ENABLED: '0', GOBIN: folder };
  await run('nice', ['-n', '19', 'go', command, ...FLAGS, ...args], { cwd, env, maxBuffer: 1 << 26 });
}
