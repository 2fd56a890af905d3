// `npm run bench`: installs what it needs, builds, and runs the benchmarks with the workspace's own Node.
import { prepare, root, run, workspaceNode } from './prepare.mjs';

prepare();
run(workspaceNode, ['--no-warnings', 'bench/run.mjs', ...process.argv.slice(2)], { cwd: root });
