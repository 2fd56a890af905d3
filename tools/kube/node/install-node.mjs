// What a real node needs beside the control plane: some of it is built from Go modules, once, the rest are Debian's packages.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build, FLAGS, go } from '../go.mjs';
import { KubeToolError, madeOnce } from '../install.mjs';
import { installTraefik } from '../traefik.mjs';

const here = import.meta.dirname;
const CONTAINERD = 'v2.2.9';
const METRICS_SERVER = 'v0.9.0';
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
  return madeOnce('kube-node', await hashOfSources(), async (draft) => {
    say('Building containerd, metrics-server and CoreDNS from their Go modules: some fifteen minutes, once ...');
    await buildAll(draft);
    await cp(await installTraefik({ say }), join(draft, 'traefik'));
  });
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
  await build(folder, join(here, 'dns'), 'coredns', '.');
  await build(folder, join(here, 'pause'), 'pause', '.');
}
