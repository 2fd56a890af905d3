// Images made of what lies on this machine, pushed to the node's own registry. No image is downloaded.
import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { REGISTRY } from './settings.mjs';

const run = promisify(execFile);

/** Pushes images of a folder with `buildah`, and answers each by digest. */
export class Images {
  constructor(folder) {
    this.folder = folder;
    this.env = {
      ...process.env,
      CONTAINERS_STORAGE_CONF: join(folder, 'storage.conf'),
      CONTAINERS_CONF: join(folder, 'containers.conf'),
    };
  }

  async prepare() {
    const [graph, running] = ['images', 'images-run'].map((name) => join(this.folder, name));
    const storage = `[storage]\ndriver = "overlay"\nrunroot = "${running}"\ngraphroot = "${graph}"\n`;
    await writeFile(this.env.CONTAINERS_STORAGE_CONF, storage);
    await writeFile(this.env.CONTAINERS_CONF, '[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\n');
    await writeFile(this.policy, JSON.stringify({ default: [{ type: 'insecureAcceptAnything' }] }));
  }

  get policy() {
    return join(this.folder, 'policy.json');
  }

  /** `registry/name@sha256:...` of an image with the files of `root` and such settings as `--user`, `1000`. */
  async push(name, root, settings) {
    const reference = `${REGISTRY}/${name}`;
    const container = await this.buildah('from', 'scratch');
    await this.buildah('add', '-q', container, root, '/');
    await this.buildah('config', ...settings, container);
    await this.buildah('commit', '-q', '--signature-policy', this.policy, container, reference);
    await this.buildah('rm', container);
    const digestFile = join(this.folder, 'pushed');
    const options = ['-q', '--tls-verify=false', '--signature-policy', this.policy, '--digestfile', digestFile];
    await this.buildah('push', ...options, reference, `docker://${reference}`);
    const { stdout: digest } = await run('cat', [digestFile]);
    return `${reference.replace(/:[^:/]+$/, '')}@${digest.trim()}`;
  }

  async buildah(...args) {
    const { stdout } = await run('buildah', args, { env: this.env, maxBuffer: 1 << 24 });
    return stdout.trim();
  }
}

/** A folder with this Node and what it is linked with, a shell when the machine has a static one, and the given files. */
export async function nodeRoot(folder, files) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'usr/bin'), { recursive: true });
  await cp(process.execPath, join(folder, 'usr/bin/node'));
  for (const library of await librariesOf(process.execPath)) await put(library, join(folder, library));
  await put('/bin/busybox', join(folder, 'usr/bin/busybox')).catch(() => undefined);
  await mkdir(join(folder, 'etc'), { recursive: true });
  await writeFile(join(folder, 'etc/passwd'), 'root:x:0:0::/:/x\napp:x:1000:1000::/:/x\n');
  await writeFile(join(folder, 'etc/nsswitch.conf'), 'hosts: files dns\n');
  await mkdir(join(folder, 'tmp'));
  await chmod(join(folder, 'tmp'), 0o1777);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

/** What a program is linked with, and what the C library loads later to look names up. */
async function librariesOf(program) {
  const { stdout: linked } = await run('ldd', [program]);
  const { stdout: known } = await run('/sbin/ldconfig', ['-p']);
  const lookups = [...known.matchAll(/libnss_(?:files|dns)\.so\.2 .* => (\/\S+)/g)].map(([, path]) => path);
  return [...new Set([...linked.matchAll(/(?:=> )?(\/\S+) \(/g)].map(([, path]) => path).concat(lookups))];
}

async function put(from, to) {
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to, { dereference: true });
}
