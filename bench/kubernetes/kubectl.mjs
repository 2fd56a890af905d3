// kubectl of the version that the control plane has, built once from its Go module and kept outside of the work tree.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cache } from '../../tools/kube/install.mjs';

const here = join(import.meta.dirname, 'kubectl');
const run = promisify(execFile);

/** Answers the program's path. The first call builds it, which takes minutes. */
export async function installKubectl() {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum', 'main.go']) hash.update(await readFile(join(here, file)));
  const program = join(cache, `kubectl-${hash.digest('hex').slice(0, 12)}`);
  if (existsSync(program)) return program;
  console.error('Building kubectl from its Go module, once ...');
  await mkdir(cache, { recursive: true });
  const env = { ...process.env, CGO_ENABLED: '0' };
  // Complete or not there: the compiler writes the file when it has linked everything.
  await run('go', ['build', '-trimpath', '-buildvcs=false', '-ldflags=-s -w', '-o', program, '.'], { cwd: here, env });
  return program;
}
