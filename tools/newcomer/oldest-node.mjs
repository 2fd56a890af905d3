import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { OLDEST_NODE } from '../prepare.mjs';

/** Finds the oldest Node that Berth runs on among a person's own tools; test files find it in OLDEST_NODE. */
export function oldestNode() {
  const folders = (process.env.PATH ?? '').split(':').filter((folder) => !folder.includes('node_modules'));
  const found = folders.map((folder) => join(folder, 'node')).find(isOldest);
  if (!found) throw new Error(`This tier needs Node ${OLDEST_NODE} on the PATH.`);
  process.env.OLDEST_NODE = found;
}

const isOldest = (node) =>
  spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.startsWith(`v${OLDEST_NODE}.`) ?? false;
