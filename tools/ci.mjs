// Runs the tiers of CI, adds up what they counted, and ends with one line.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './prepare.mjs';
import { runStages } from './tiers.mjs';

/** By itself: it installs and builds what the others need, and has a worker for each core. */
const first = [{ name: 'test', command: ['npm', 'test'], needs: ['git'], counts: true }];

const npmRun = (script) => ['npm', 'run', '--silent', script];

/** Two at once: but for the first, each runs one file at a time and keeps about one core busy, waiting included. */
const others = [
  { name: 'static', command: npmRun('verify:static'), needs: [], counts: false },
  // Runs on the oldest Node, or fails by its name; installs and builds in clones of its own.
  { name: 'newcomer', command: npmRun('test:newcomer'), needs: ['git'], counts: true },
  { name: 'kafka', command: npmRun('test:kafka'), needs: ['java', 'mvn'], counts: true },
  // Go compiles the control plane the first time, for some ten minutes.
  { name: 'kube', command: npmRun('test:kube'), needs: ['go'], counts: true },
  { name: 'toolchains', command: npmRun('test:toolchains'), needs: ['python3', 'go'], counts: true },
  // Installs Chromium, or fails by its name.
  { name: 'browser', command: npmRun('test:browser'), needs: [], counts: true },
  // Installs Prometheus, or fails by its name.
  { name: 'prometheus', command: npmRun('test:prometheus'), needs: [], counts: true },
  // Installs BIND and Knot, or fails by their names.
  { name: 'dns', command: npmRun('test:dns'), needs: [], counts: true },
  { name: 'keycloak', command: npmRun('test:keycloak'), needs: ['java', 'mvn'], counts: true },
];

/** Tests write down here that they passed: what is said to be proven by some of them is compared with that in the end. */
const record = mkdtempSync(join(tmpdir(), 'berth-passed-'));
process.env.TEST_RECORD = record;
const evidence = [{ name: 'evidence', command: ['node', 'tools/asvs.mjs', '--ran', record], needs: [], counts: false }];

const stages = [
  { tiers: first, atOnce: 1 },
  { tiers: others, atOnce: 2 },
  { tiers: evidence, atOnce: 1 },
];
const { passed, failed } = await runStages(stages, { cwd: root });
rmSync(record, { recursive: true });
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
