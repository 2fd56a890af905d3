// Programs from Go modules.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
export const FLAGS = ['-trimpath', '-buildvcs=false'];

/** Builds `target` of the module in a folder as `name` into `folder`. In a copy: a module is not written to while it is built. */
export async function build(folder, module, name, target) {
  const copy = await mkdtemp(join(folder, 'module-'));
  await cp(module, copy, { recursive: true });
  await go(folder, copy, ['build', '-ldflags=-s -w', '-o', join(folder, name), target]);
  await rm(copy, { recursive: true });
}

/** Runs `go` out of the way of everything else; what it installs comes into `folder`. */
export async function go(folder, cwd, [command, ...args]) {
  const env = { ...process.env, CGO_ENABLED: '0', GOBIN: folder };
  await run('nice', ['-n', '19', 'go', command, ...FLAGS, ...args], { cwd, env, maxBuffer: 1 << 26 });
}
