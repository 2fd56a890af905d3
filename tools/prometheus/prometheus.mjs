// The Prometheus of the tests: Debian's package, installed where that is possible.
import { spawnSync } from 'node:child_process';

const PACKAGE = 'prometheus';
const isThere = (program) => spawnSync('which', [program]).status === 0;

/** @throws Error naming the package when it is not there and cannot be installed */
export function ensurePrometheus() {
  if (isThere(PACKAGE)) return;
  const byHand = `The tests with Prometheus need Debian's package: apt-get install --no-install-recommends ${PACKAGE}`;
  if (process.getuid?.() !== 0 || !isThere('apt-get')) throw new Error(byHand);
  console.error(`Installing ${PACKAGE} ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) => spawnSync('apt-get', ['-q', '-y', ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  apt('update');
  apt('install', '--no-install-recommends', PACKAGE);
  if (!isThere(PACKAGE)) throw new Error(byHand);
}
