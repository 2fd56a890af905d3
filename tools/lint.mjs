// Lints every project through Nx: the module boundary rule needs the project graph, and only warns when it has none.
import { spawnSync } from 'node:child_process';
import { root, run, workspaceNode } from './prepare.mjs';

// These belong to no project.
run(workspaceNode, ['node_modules/eslint/bin/eslint.js', '--max-warnings', '0', 'tools', 'bench']);

const args = ['nx', 'run-many', '-t', 'lint', '--parallel=2', '--outputStyle=stream', ...process.argv.slice(2)];
const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', FORCE_COLOR: '0' };
const { status, stdout } = spawnSync('npx', args, {
  cwd: root,
  env,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
  maxBuffer: 1 << 28,
});
process.stdout.write(stdout);
if (/boundary|boundaries/i.test(stdout) && /skip/i.test(stdout)) {
  console.error('The module boundary rule was skipped: there was no project graph.');
  process.exit(1);
}
process.exit(status ?? 1);
