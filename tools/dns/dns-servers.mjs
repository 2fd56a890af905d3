// The DNS servers of the tests: Debian's packages, installed where that is possible.
import { spawnSync } from 'node:child_process';

const PROGRAMS = { bind9: 'named', knot: 'knotd' };
const isThere = (program) => spawnSync('which', [program]).status === 0;

/** @throws Error naming the packages that are not there and cannot be installed */
export function ensureDnsServers() {
  if (missing().length === 0) return;
  if (process.getuid?.() !== 0 || !isThere('apt-get')) throw new Error(byHand());
  console.error(`Installing ${missing().join(' and ')} ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) => spawnSync('apt-get', ['-q', '-y', ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  apt('update');
  apt('install', '--no-install-recommends', ...missing());
  if (missing().length > 0) throw new Error(byHand());
}

const missing = () => Object.keys(PROGRAMS).filter((name) => !isThere(PROGRAMS[name]));
const byHand = () =>
  `The tests of DNS need Debian's packages: apt-get install --no-install-recommends ${missing().join(' ')}`;
