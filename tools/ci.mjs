// Runs the tiers of CI in order, adds up what they counted, and ends with one line.
import { spawn, spawnSync } from 'node:child_process';
import { root } from './prepare.mjs';

const COUNTED = /^(\d+) passed, (\d+) failed(?:, \d+ skipped)?$/gm;

/** `needs`: tools without which the tier fails, by name. `counts`: it prints a closing line of its own. */
const tiers = [
  { name: 'test', command: ['npm', 'test'], needs: ['git'], counts: true },
  { name: 'static', command: ['npm', 'run', '--silent', 'verify:static'], needs: [], counts: false },
  {
    name: 'toolchains',
    command: ['npm', 'run', '--silent', 'test:toolchains'],
    needs: ['python3', 'go'],
    counts: true,
  },
  { name: 'kafka', command: ['npm', 'run', '--silent', 'test:kafka'], needs: ['java', 'mvn'], counts: true },
  // Installs Chromium, or fails by its name.
  { name: 'browser', command: ['npm', 'run', '--silent', 'test:browser'], needs: [], counts: true },
  // Go compiles the control plane the first time, for some ten minutes.
  { name: 'kube', command: ['npm', 'run', '--silent', 'test:kube'], needs: ['go'], counts: true },
];

const total = { passed: 0, failed: 0 };
for (const tier of tiers) {
  console.log(`\n=== tier ${tier.name}`);
  const { passed, failed } = await runTier(tier);
  total.passed += passed;
  total.failed += failed;
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);

async function runTier(tier) {
  const missing = tier.needs.filter((tool) => spawnSync('which', [tool]).status !== 0);
  if (missing.length > 0) {
    console.log(`The tier "${tier.name}" needs ${missing.join(' and ')}, which this machine does not have.`);
    return { passed: 0, failed: 1 };
  }
  const { code, output } = await execute(tier.command);
  const counted = [...output.matchAll(COUNTED)].at(-1);
  if (!tier.counts) return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
  if (!counted) {
    console.log(`The tier "${tier.name}" ended with code ${code} and counted nothing.`);
    return { passed: 0, failed: 1 };
  }
  const failed = Number(counted[2]);
  return { passed: Number(counted[1]), failed: code !== 0 && failed === 0 ? 1 : failed };
}

/** Streams what the tier prints and keeps it. */
function execute([command, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      process.stdout.write(chunk);
    });
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
