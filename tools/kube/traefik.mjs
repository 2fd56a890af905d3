// Traefik, a gateway that tests ask for real.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, FLAGS } from './go.mjs';
import { madeOnce } from './install.mjs';

const module = join(import.meta.dirname, 'node/gateway');

/** Path of the program. The first call builds it, which takes some eight minutes. */
export async function installTraefik({ say = (line) => console.error(line) } = {}) {
  const hash = createHash('sha256').update(FLAGS.join(' '));
  for (const file of ['go.mod', 'go.sum']) hash.update(await readFile(join(module, file)));
  const folder = await madeOnce('traefik', hash.digest('hex').slice(0, 12), async (draft) => {
    say('Building Traefik from its Go module: some eight minutes, once ...');
    // Its module has lines that "go install" refuses: it is built as a tool of a module of its own, which carries them.
    await build(draft, module, 'traefik', 'github.com/traefik/traefik/v3/cmd/traefik');
  });
  return join(folder, 'traefik');
}
