// Everything that must hold before a change lands, cheapest first.
import { prepare, root, run, workspaceNode } from './prepare.mjs';

prepare();
const node = (...args) => run(workspaceNode, args, { cwd: root });
node('node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.');
node('tools/budgets.mjs');
node('tools/asvs.mjs');
node('node_modules/typescript/bin/tsc', '-p', 'tsconfig.test.json');
node('tools/lint.mjs');
if (!process.argv.includes('--static')) node('tools/test.mjs');
