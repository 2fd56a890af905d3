// One Keycloak for tests, with nothing in it: needs java and, the first time, mvn.
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rename, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from '../free-ports.mjs';

const VERSION = '26.0.8';
const READY_WITHIN = 300_000;
const here = import.meta.dirname;
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'berth', `keycloak-${VERSION}`);
const run = promisify(execFile);
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Something that is told in one sentence. */
export class KeycloakToolError extends Error {}

/** Where it is unpacked. Complete or not there: a fetch that is broken off leaves only a folder of another name. */
async function install() {
  const home = join(cache, `keycloak-${VERSION}`);
  if (existsSync(home)) return home;
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(join(cache, 'draft-'));
  const artifact = `org.keycloak:keycloak-quarkus-dist:${VERSION}:tar.gz`;
  const goal = ['dependency:unpack', `-Dartifact=${artifact}`, `-DoutputDirectory=${draft}`, `-Ddraft=${draft}`];
  try {
    await run('mvn', ['--batch-mode', '--quiet', '-f', join(here, 'pom.xml'), ...goal], { maxBuffer: 1 << 24 });
    await rename(join(draft, `keycloak-${VERSION}`), home);
  } catch (error) {
    if (!existsSync(home))
      throw new KeycloakToolError(`Maven could not fetch Keycloak: ${error.stdout || error.message}`);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return home;
}

const isReady = async (url) => {
  try {
    return (await fetch(`${url}/realms/master`)).ok;
  } catch {
    return false; // nobody listens yet
  }
};

async function untilReady({ child, url, log }) {
  const deadline = Date.now() + READY_WITHIN;
  while (!(await isReady(url))) {
    if (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
      await pause(200);
      continue;
    }
    const tail = (await readFile(log, 'utf8')).trim().split('\n').slice(-5).join('\n');
    throw new KeycloakToolError(`Keycloak did not start:\n${tail}`);
  }
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

/** Starts one that keeps everything in memory, on a free port of loopback. `stop` ends it. */
export async function startKeycloak() {
  const home = await install();
  const folder = await mkdtemp(join(tmpdir(), 'berth-keycloak-'));
  const [port] = await freePorts(1);
  const [url, password, log] = [`http://127.0.0.1:${port}`, randomBytes(16).toString('hex'), join(folder, 'out')];
  const output = await open(log, 'a');
  const environment = {
    KC_BOOTSTRAP_ADMIN_USERNAME: 'admin',
    KC_BOOTSTRAP_ADMIN_PASSWORD: password,
    JAVA_OPTS: '-Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1',
  };
  // It builds itself for its options the first time, in its own folder: each run has a copy.
  await run('cp', ['-r', home, join(folder, 'home')]);
  const args = ['start-dev', '--db=dev-mem', '--http-host=127.0.0.1', `--http-port=${port}`];
  const child = spawn('sh', [join(folder, 'home/bin/kc.sh'), ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', output.fd, output.fd],
  });
  const stop = async () => {
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    await output.close();
    await untilReady({ child, url, log });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, password, stop };
}
