#!/usr/bin/env node
// One Apache Kafka node (KRaft) for tests and benchmarks: `node tools/kafka/kafka.mjs up|down|status`.
// Plain JavaScript for Node 20 and newer; needs java and, the first time, mvn.
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { freePorts } from '../free-ports.mjs';

const VERSION = '4.1.0';
const READY_WITHIN = 90_000;
const here = dirname(fileURLToPath(import.meta.url));
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'berth', `kafka-${VERSION}`);
const stateFile = join(cache, 'running.json');
const run = promisify(execFile);
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Something that is told in one sentence and ends with exit code 1. */
export class KafkaToolError extends Error {}

async function requireTool(command, versionFlag, what) {
  try {
    await run(command, [versionFlag]);
  } catch {
    throw new KafkaToolError(`${what} ("${command}") was not found: Kafka needs it; install it and try again.`);
  }
}

/** Fetches the jars once, into a cache outside of the work tree; answers their folder. */
async function install() {
  const jars = join(cache, 'libs');
  if (existsSync(jars)) return jars;
  await requireTool('mvn', '--version', 'Maven');
  await mkdir(cache, { recursive: true });
  // Complete or not there: a fetch that is broken off leaves only a folder of another name.
  const draft = await mkdtemp(join(cache, 'libs-'));
  const flags = ['--batch-mode', '--quiet', '-f', join(here, 'pom.xml')];
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${draft}`];
  try {
    await run('mvn', [...flags, ...goal], { maxBuffer: 16 * 1024 * 1024 });
    await rename(draft, jars);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (existsSync(jars)) return jars;
    const line = String(error.stdout || error.message)
      .split('\n')
      .find((each) => each.includes('ERROR'));
    throw new KafkaToolError(`Maven could not fetch Kafka: ${line ?? error.message}`);
  }
  return jars;
}

/** A second listener, with the certificate of `tls`; it asks clients for theirs when `tls.clients` is 'required'. */
const tlsProperties = (folder, { authorityFile, clients = 'none' }) => `
ssl.keystore.type=PEM
ssl.keystore.location=${join(folder, 'broker.pem')}
ssl.truststore.type=PEM
ssl.truststore.location=${authorityFile}
ssl.client.auth=${clients}
`;

const properties = ({ folder, port, controllerPort, tlsPort, tls }) => `
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}${tls ? `,TLS://127.0.0.1:${tlsPort}` : ''}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}${tls ? `,TLS://127.0.0.1:${tlsPort}` : ''}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,TLS:SSL
${tls ? tlsProperties(folder, tls) : ''}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=${join(folder, 'log')}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
`;

/** A cluster id: 16 bytes in base64url that do not begin with a hyphen, which the formatter would take for a flag. */
const clusterId = () => `B${randomBytes(16).toString('base64url').slice(1, 22)}`;

async function format(jars, folder, ports, tls) {
  const file = join(folder, 'server.properties');
  await writeFile(file, properties({ folder, ...ports, tls }));
  if (tls) await writeKeyStore(folder, tls);
  await run('java', ['-cp', join(jars, '*'), 'kafka.tools.StorageTool', 'format', '-t', clusterId(), '-c', file]);
}

/** Kafka reads key and certificate from one PEM file. */
async function writeKeyStore(folder, { keyFile, certFile }) {
  const parts = await Promise.all([keyFile, certFile].map((file) => readFile(file, 'utf8')));
  await writeFile(join(folder, 'broker.pem'), parts.join('\n'), { mode: 0o600 });
}

async function launch(jars, folder, detached) {
  const log = await open(join(folder, 'kafka.out'), 'a');
  const memory = ['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
  const args = [...memory, '-cp', join(jars, '*'), 'kafka.Kafka', join(folder, 'server.properties')];
  const child = spawn('java', args, { detached, stdio: ['ignore', log.fd, log.fd] });
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  await log.close();
  return child;
}

const accepts = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

async function untilAccepts(child, port, folder) {
  const deadline = Date.now() + READY_WITHIN;
  while (!(await accepts(port))) {
    if (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
      await pause(100);
      continue;
    }
    const tail = (await readFile(join(folder, 'kafka.out'), 'utf8')).trim().split('\n').slice(-5).join('\n');
    throw new KafkaToolError(`Kafka did not start:\n${tail}`);
  }
}

async function end(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}

/**
 * Starts a node of its own with an empty log on a free port.
 * `stop` ends it and removes its data; `kill` ends it like a crash; `start` brings it back with its data.
 * With `tls` it also listens with TLS. With `started: false` it is down until `start` is called.
 * @returns {Promise<{brokers: string, tlsBrokers: string, pid: () => number, start: () => Promise<void>, stop: () => Promise<void>, kill: () => Promise<void>}>}
 */
export async function startKafka({ detached = false, started = true, tls } = {}) {
  await requireTool('java', '-version', 'Java 17 or newer');
  const jars = await install();
  const folder = await mkdtemp(join(tmpdir(), 'berth-kafka-'));
  const [port, controllerPort, tlsPort] = await freePorts(3);
  const ports = { port, controllerPort, tlsPort };
  await format(jars, folder, ports, tls);
  let child;
  const start = async () => {
    child = await launch(jars, folder, detached);
    await untilAccepts(child, ports.port, folder);
  };
  const stop = async () => {
    if (child) await end(child, 'SIGTERM');
    await rm(folder, { recursive: true, force: true });
  };
  const begin = () =>
    start().catch(async (error) => {
      if (child) await end(child, 'SIGKILL');
      throw error;
    });
  if (started) await begin();
  const [brokers, tlsBrokers] = [ports.port, ports.tlsPort].map((port) => `127.0.0.1:${port}`);
  return {
    brokers,
    tlsBrokers,
    folder,
    pid: () => child.pid,
    start,
    stop,
    kill: () => end(child, 'SIGKILL'),
    child: () => child,
  };
}

/** A process id is used again some day: only a process that is Kafka counts. */
const isKafka = (pid) =>
  run('ps', ['-p', String(pid), '-o', 'args=']).then(
    ({ stdout }) => stdout.includes('kafka.Kafka'),
    () => false,
  );

async function running() {
  if (!existsSync(stateFile)) return undefined;
  const state = JSON.parse(await readFile(stateFile, 'utf8'));
  return (await isKafka(state.pid)) ? state : undefined;
}

async function up() {
  const found = await running();
  if (found) return console.log(found.brokers);
  const kafka = await startKafka({ detached: true });
  kafka.child().unref();
  await writeFile(stateFile, JSON.stringify({ pid: kafka.pid(), brokers: kafka.brokers, folder: kafka.folder }));
  console.log(kafka.brokers);
}

async function down() {
  const found = await running();
  if (!found) return console.log('Kafka is not running.');
  process.kill(found.pid, 'SIGTERM');
  for (let waited = 0; await isKafka(found.pid); waited += 100) {
    if (waited > 30_000) process.kill(found.pid, 'SIGKILL');
    await pause(100);
  }
  await rm(found.folder, { recursive: true, force: true });
  await rm(stateFile, { force: true });
  console.log('Kafka has stopped.');
}

async function status() {
  const found = await running();
  console.log(found ? `${found.brokers} (process ${found.pid})` : 'Kafka is not running.');
  if (!found) process.exitCode = 1;
}

async function main(command) {
  const commands = { up, down, status };
  if (!(command in commands)) throw new KafkaToolError('Usage: node tools/kafka/kafka.mjs up|down|status');
  await commands[command]();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  main(process.argv[2] ?? '').catch((error) => {
    console.error(error instanceof KafkaToolError ? error.message : error);
    process.exit(1);
  });
