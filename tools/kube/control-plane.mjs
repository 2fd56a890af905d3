// Starts the programs of a control plane in a folder of their own, in order, and ends them.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePorts } from '../free-ports.mjs';
import { installKube, KubeToolError } from './install.mjs';
import { programsOf } from './programs.mjs';
import { traefikDefinitions } from './traefik-definitions.mjs';

const READY_WITHIN = 120_000;
const LOOPBACK = '127.0.0.1';
/** Where pods find the API server: the first address of the services' range. */
const API_SERVICE = '10.96.0.1';
/** What every pod has printed, as a container runtime writes it. */
const LOG = `2026-11-21T10:00:00.000000001Z stdout F listening on 8080
2026-11-21T10:00:01.000000002Z stderr F no cache, starting empty
`;
const here = dirname(fileURLToPath(import.meta.url));
const run = promisify(execFile);
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Starts etcd, API server, controllers, scheduler and KWOK on free ports, with the Gateway API's definitions and so many
 * played nodes. `kill` ends one program (or all) like a crash, `start` brings it back with its data, `stop` ends
 * everything and removes the data.
 */
export async function startKube({ nodes = 3, detached = false } = {}) {
  const tools = await installKube();
  const folder = await mkdtemp(join(tmpdir(), 'berth-kube-'));
  const plane = new ControlPlane({ tools, folder, ports: await portsFor(), detached });
  try {
    await plane.prepare();
    await plane.startAll();
    await plane.playNodes(nodes);
  } catch (error) {
    await plane.stop();
    throw error;
  }
  return plane.handle();
}

export class ControlPlane {
  children = new Map();

  /** `address`: where the API server listens; pods of a real node cannot reach loopback. */
  constructor({ tools, folder, ports, detached = false, address = LOOPBACK }) {
    Object.assign(this, { tools, folder, ports, detached, address });
    this.programs = programsOf({ tools, folder, ports, address });
    this.url = `https://${address}:${ports.api}`;
  }

  handle() {
    return {
      kubeconfig: join(this.folder, 'admin.kubeconfig'),
      url: this.url,
      folder: this.folder,
      pids: () => Object.fromEntries([...this.children].map(([name, child]) => [name, child.pid])),
      start: (name) => this.start(name),
      kill: (name) => (name ? this.end(name, 'SIGKILL') : this.endAll('SIGKILL')),
      stop: () => this.stop(),
    };
  }

  async prepare() {
    await run(join(this.tools, 'kube'), ['certificates', this.folder, LOOPBACK, API_SERVICE, this.address]);
    this.credentials = await this.credentialsOf('admin');
    for (const name of ['admin', 'controllers', 'scheduler']) await this.writeKubeconfig(name);
    const stages = await Promise.all([join(this.tools, 'stages'), join(here, 'stages')].map(readAll));
    const logsFile = join(this.folder, 'pod.log');
    await writeFile(logsFile, LOG);
    await writeFile(
      join(this.folder, 'stages.yaml'),
      [...stages.flat(), playedLogs(logsFile), playedCommands, playedPorts].join('\n---\n'),
    );
  }

  async startAll() {
    await this.start('etcd');
    await this.start('kube-apiserver');
    // The garbage collector looks for new kinds every 30 seconds only, and at its start.
    await this.addDefinitions();
    for (const name of ['kube-controller-manager', 'kube-scheduler']) await this.start(name);
    // Pods are refused before their namespace has its service account.
    const account = '/api/v1/namespaces/default/serviceaccounts/default';
    await this.until('kube-controller-manager', async () => (await this.ask('GET', account)).status === 200);
  }

  async start(name) {
    await this.spawn(name, join(this.tools, 'kube'), [name, ...this.programs[name]]);
    if (name === 'kube-apiserver')
      await this.until(name, async () => (await this.ask('GET', '/readyz')).status === 200);
  }

  /** A program of the control plane or of a node: its output goes to `NAME.log`, `endAll` ends it. */
  async spawn(name, command, args, env = process.env) {
    const log = await open(join(this.folder, `${name}.log`), 'a');
    const stdio = ['ignore', log.fd, log.fd];
    const child = spawn(command, args, { cwd: this.folder, detached: this.detached, stdio, env });
    const spawned = new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    await spawned.finally(() => log.close());
    this.children.set(name, child);
  }

  async end(name, signal) {
    const child = this.children.get(name);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  endAll(signal) {
    return Promise.all([...this.children.keys()].map((name) => this.end(name, signal)));
  }

  async stop() {
    // Its state is thrown away, so there is nothing to say good-bye to.
    await this.endAll('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }

  /** The Gateway API's, and Traefik's of what stands before routes; served when this returns. */
  async addDefinitions() {
    const { middlewares } = await traefikDefinitions();
    for (const text of [...(await readAll(join(this.tools, 'gateway-api'))), middlewares]) await this.define(text);
    for (const kind of ['gateway.networking.k8s.io/v1/httproutes', 'traefik.io/v1alpha1/middlewares'])
      await this.until('kube-apiserver', async () => (await this.ask('GET', `/apis/${kind}`)).status === 200);
  }

  /** `text`: a custom resource definition. */
  define(text) {
    const name = /^ {2}name: (\S+)$/m.exec(text)?.[1];
    return this.apply(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`, text);
  }

  /** Nodes that KWOK keeps alive; returns when they are ready. */
  async playNodes(nodes) {
    await this.start('kwok');
    const names = Array.from({ length: nodes }, (_, index) => `node-${index + 1}`);
    for (const name of names) await this.apply(`/api/v1/nodes/${name}`, JSON.stringify(playedNode(name)));
    await this.untilReady('kwok', nodes);
  }

  untilReady(name, nodes) {
    return this.until(name, async () => {
      const { items } = (await this.ask('GET', '/api/v1/nodes')).body;
      return items.filter(isReady).length >= nodes;
    });
  }

  async apply(path, text) {
    const { status, body } = await this.ask('PATCH', `${path}?fieldManager=kube-tool&force=true`, text);
    if (status >= 300) throw new KubeToolError(`The API server refused ${path}: ${body.message}`);
  }

  /** Polls until the check holds; a program that has ended or takes too long is told with the end of its log. */
  async until(name, check) {
    const deadline = Date.now() + READY_WITHIN;
    while (!(await check().catch(() => false))) {
      const child = this.children.get(name);
      if (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
        await pause(50);
        continue;
      }
      const log = await readFile(join(this.folder, `${name}.log`), 'utf8');
      throw new KubeToolError(`${name} did not start:\n${log.trim().split('\n').slice(-5).join('\n')}`);
    }
  }

  ask(method, path, text, contentType = 'application/apply-patch+yaml') {
    const headers = text === undefined ? {} : { 'content-type': contentType };
    return new Promise((resolve, reject) => {
      const options = { method, headers, ...this.credentials, agent: false };
      const outgoing = request(`${this.url}${path}`, options, async (response) => {
        const chunks = [];
        for await (const chunk of response) chunks.push(chunk);
        const answer = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode, body: answer.startsWith('{') ? JSON.parse(answer) : answer });
      });
      outgoing.once('error', reject).end(text);
    });
  }

  async credentialsOf(name) {
    const read = (file) => readFile(join(this.folder, file), 'utf8');
    return { ca: await read('ca.crt'), cert: await read(`${name}.crt`), key: await read(`${name}.key`) };
  }

  async writeKubeconfig(name) {
    const { ca, cert, key } = await this.credentialsOf(name);
    const base64 = (text) => Buffer.from(text).toString('base64');
    const cluster = { server: this.url, 'certificate-authority-data': base64(ca) };
    const user = { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) };
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'berth-test', cluster }],
      users: [{ name, user }],
      contexts: [{ name, context: { cluster: 'berth-test', user: name } }],
      'current-context': name,
    };
    await writeFile(join(this.folder, `${name}.kubeconfig`), JSON.stringify(config), { mode: 0o600 });
  }
}

async function readAll(folder) {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort();
  return Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
}

const isReady = (node) => node.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');

const playedLogs = (logsFile) =>
  JSON.stringify({
    ...{ apiVersion: 'kwok.x-k8s.io/v1alpha1', kind: 'ClusterLogs', metadata: { name: 'logs' } },
    spec: { logs: [{ logsFile }] },
  });

/** Commands run on this machine. */
const playedCommands = JSON.stringify({
  ...{ apiVersion: 'kwok.x-k8s.io/v1alpha1', kind: 'ClusterExec', metadata: { name: 'commands' } },
  spec: { execs: [{ local: { envs: [{ name: 'PLAYED', value: 'yes' }] } }] },
});

/** Whatever is sent to a port comes back. */
const playedPorts = JSON.stringify({
  ...{ apiVersion: 'kwok.x-k8s.io/v1alpha1', kind: 'ClusterPortForward', metadata: { name: 'ports' } },
  spec: { forwards: [{ command: ['cat'] }] },
});

function playedNode(name) {
  const room = { cpu: '64', memory: '256Gi', 'ephemeral-storage': '4Ti', pods: '1000' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', type: 'kwok' } },
    status: { capacity: room, allocatable: room },
  };
}

/** One for each name. */
export async function portsFor(names = ['etcd', 'peer', 'api', 'kwok']) {
  const ports = await freePorts(names.length);
  return Object.fromEntries(names.map((name, index) => [name, ports[index]]));
}
