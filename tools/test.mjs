// The newcomer's `npm test`: installs what it needs, builds, and runs every test that needs Node and git only.
import { bundle, prepare, root, run, workspaceNode } from './prepare.mjs';

prepare();
bundle();
const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];
run(workspaceNode, [...jest, ...process.argv.slice(2)], { cwd: root });
