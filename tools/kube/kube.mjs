#!/usr/bin/env node
// A Kubernetes control plane for tests and people: `node tools/kube/kube.mjs up|down|status`.
// Plain JavaScript for Node 20 and newer; needs Go the first time.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { startKube } from './control-plane.mjs';
import { KubeToolError } from './install.mjs';

export { KubeToolError, startKube };

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'berth');
const stateFile = join(cache, 'kube-running.json');
const run = promisify(execFile);
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A process id is used again some day: only a process that works on this control plane's folder counts. */
const isOurs = (pid, folder) =>
  run('ps', ['-p', String(pid), '-o', 'args=']).then(
    ({ stdout }) => stdout.includes(folder),
    () => false,
  );

async function running() {
  if (!existsSync(stateFile)) return undefined;
  const state = JSON.parse(await readFile(stateFile, 'utf8'));
  const alive = await Promise.all(Object.values(state.pids).map((pid) => isOurs(pid, state.folder)));
  return { ...state, alive: alive.filter(Boolean).length, count: alive.length };
}

async function up() {
  const found = await running();
  if (found?.alive === found?.count && found) return console.log(`export KUBECONFIG=${found.kubeconfig}`);
  if (found) await down();
  const kube = await startKube({ detached: true });
  await mkdir(cache, { recursive: true });
  const { folder, kubeconfig, pids } = kube;
  await writeFile(stateFile, JSON.stringify({ folder, kubeconfig, pids: pids() }));
  console.log(`export KUBECONFIG=${kubeconfig}`);
}

async function down() {
  const found = await running();
  if (!found) return console.log('The control plane is not running.');
  const pids = Object.values(found.pids);
  for (const pid of pids) if (await isOurs(pid, found.folder)) process.kill(pid, 'SIGTERM');
  for (const pid of pids) await untilEnded(pid, found.folder);
  await rm(found.folder, { recursive: true, force: true });
  await rm(stateFile, { force: true });
  console.log('The control plane has stopped.');
}

async function untilEnded(pid, folder) {
  for (let waited = 0; await isOurs(pid, folder); waited += 100) {
    if (waited > 20_000) process.kill(pid, 'SIGKILL');
    await pause(100);
  }
}

async function status() {
  const found = await running();
  const up = found !== undefined && found.alive === found.count;
  console.log(
    found
      ? `${found.alive} of ${found.count} programs run; KUBECONFIG=${found.kubeconfig}`
      : 'The control plane is not running.',
  );
  if (!up) process.exitCode = 1;
}

async function main(command) {
  const commands = { up, down, status };
  if (!(command in commands)) throw new KubeToolError('Usage: node tools/kube/kube.mjs up|down|status');
  await commands[command]();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  main(process.argv[2] ?? '').then(
    () => process.exit(),
    (error) => {
      console.error(error instanceof KubeToolError ? error.message : error);
      process.exit(1);
    },
  );
