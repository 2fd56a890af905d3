import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePorts } from '../../tools/free-ports.mjs';

export const workspace = resolve(import.meta.dirname, '../..');
const START_MILLISECONDS = 120_000;

/** Runs `work` with an empty folder that is gone afterwards; PostgreSQL, another user when we are root, may look below it. */
export async function withFolder(work) {
  const folder = await mkdtemp(join(tmpdir(), 'berth-bench-'));
  await chmod(folder, 0o711);
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Types `npm run up` in a terminal; resolves when the platform says that it is up. */
export async function startPlatform(folder, ...args) {
  const begun = performance.now();
  const port = await freePort();
  const command = ['run', '--silent', 'up', '--', '--data', folder, '--port', String(port), ...args];
  const child = spawn('npm', command, { cwd: workspace, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const gone = new Promise((done) => child.once('exit', done));
  const output = await outputUntil(child, gone, /Berth is up[^]*Ctrl-C/);
  const [, email, password] = /Administrator +(\S+)\s+Password +(\S+)/.exec(output) ?? [];
  return {
    url: `http://127.0.0.1:${port}`,
    milliseconds: performance.now() - begun,
    exampleUrl: /Example +(\S+)/.exec(output)?.[1],
    administrator: { email, password },
    memory: () => memoryOf(child.pid),
    /** Ctrl-C: the terminal tells the whole group. */
    stop: () => {
      process.kill(-child.pid, 'SIGINT');
      return gone;
    },
  };
}

/** Runs `work` with a platform in a folder; it is stopped afterwards. */
export async function withPlatform(folder, args, work) {
  const platform = await startPlatform(folder, ...args);
  try {
    return await work(platform);
  } finally {
    await platform.stop();
  }
}

/** How long a command takes, in milliseconds, and what it printed. @throws Error unless it ends with 0 */
export async function timed(command, args, options = {}) {
  const begun = performance.now();
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, errors] = ['', ''];
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (errors += chunk));
  const code = await new Promise((done, fail) => child.once('error', fail).once('close', done));
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${out}${errors}`);
  return { milliseconds: performance.now() - begun, out };
}

/** Resolves with the output as soon as it matches; rejects when the process ends before. */
export function outputUntil(child, gone, pattern) {
  return new Promise((done, fail) => {
    let output = '';
    const failed = (why) => fail(new Error(`${why}:\n${output}`));
    const timer = setTimeout(failed, START_MILLISECONDS, 'not up in time');
    void gone.then((code) => failed(`ended with ${code}`)).finally(() => clearTimeout(timer));
    const hear = (chunk) => {
      output += chunk;
      if (!pattern.test(output)) return;
      clearTimeout(timer);
      done(output);
    };
    child.stdout.on('data', hear);
    child.stderr?.on('data', hear);
  });
}

/** Megabytes of a process and all below it: proportional set size, so that what they share is counted once. */
async function memoryOf(root) {
  const parents = new Map();
  for (const entry of (await readdir('/proc')).filter((each) => /^\d+$/.test(each))) {
    const status = await readProcess(entry, 'status');
    parents.set(Number(entry), Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]));
  }
  const belongs = (pid) => pid === root || (parents.has(pid) && belongs(parents.get(pid)));
  const sizes = [...parents.keys()].filter(belongs).map(async (pid) => {
    const rollup = await readProcess(String(pid), 'smaps_rollup');
    return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) / 1_024;
  });
  return (await Promise.all(sizes)).reduce((total, size) => total + size, 0);
}

/** A process may end while it is looked at. */
const readProcess = (entry, file) => readFile(`/proc/${entry}/${file}`, 'utf8').catch(() => '');

export const freePort = async () => (await freePorts(1))[0];
