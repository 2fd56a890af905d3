// Plain JavaScript for whatever Node a newcomer has: installs, builds, and goes on with the workspace's own Node.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { bundle, prepare, root, stamps, workspaceNode } from './prepare.mjs';

prepare();
bundle();
const main = join(root, 'apps/standalone/bundle/main.js');
const ownTools = (process.env.PATH ?? '').split(':').filter((folder) => !folder.includes('node_modules'));
const child = spawn(workspaceNode, [main, ...process.argv.slice(2)], {
  stdio: 'inherit',
  // Compiled code is kept from one start to the next.
  env: { ...process.env, BERTH_TOOL_PATH: ownTools.join(':'), NODE_COMPILE_CACHE: join(stamps, 'compiled') },
});
// A terminal sends Ctrl-C to both of us; the platform ends first, then we do.
process.on('SIGINT', () => undefined);
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
