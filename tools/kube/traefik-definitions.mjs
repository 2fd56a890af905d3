// What Traefik's kinds look like, from its own Go module, which Go keeps once it has downloaded it.
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MODULE = 'github.com/traefik/traefik/v3';
const FOLDER = 'docs/content/reference/dynamic-configuration';
/** Which names the version. */
const gateway = join(import.meta.dirname, 'node/gateway');

/** Custom resource definitions, by the plural of their kind. */
export async function traefikDefinitions() {
  const { stdout } = await run('go', ['mod', 'download', '-json', MODULE], { cwd: gateway });
  const folder = join(JSON.parse(stdout).Dir, FOLDER);
  const definitions = {};
  for (const file of await readdir(folder)) {
    const plural = /^traefik\.io_(\w+)\.yaml$/.exec(file)?.[1];
    if (plural) definitions[plural] = await readFile(join(folder, file), 'utf8');
  }
  return definitions;
}
