// The budgets of the house style that are about the whole tree and not about one file.
import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { cyclesIn } from './cycles.mjs';
import { root } from './prepare.mjs';

const MEDIAN_LINES = 100;
const P95_LINES = 300;
// What the house style asks for, and the floor below which nothing may fall on the way there.
const TESTS_PER_LINE = {
  'libs/reconcile': { goal: 1.5, floor: 1.5 },
  'libs/eventing': { goal: 1.5, floor: 1.5 },
  'libs/access': { goal: 1.5, floor: 1.5 },
  'libs/billing': { goal: 1.5, floor: 1.5 },
};
const TESTS_PER_LINE_OVERALL = { goal: 1, floor: 0.85 };

const listed = spawnSync('git', ['ls-files', 'libs/*.ts', 'apps/*.ts'], { cwd: root, encoding: 'utf8' }).stdout;
const files = listed.split('\n').filter((file) => file !== '' && !file.includes('/generated/'));
const isTest = (file) =>
  /(-spec|\.spec)\.ts$|\/test\//.test(file) || file.startsWith('apps/e2e/') || file.startsWith('libs/testing/');
const linesOf = (file) =>
  readFileSync(`${root}/${file}`, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '').length;
const sum = (chosen) => chosen.reduce((total, file) => total + linesOf(file), 0);

const code = files.filter((file) => !isTest(file));
const tests = files.filter(isTest);
const sizes = code.map((file) => linesOf(file)).sort((a, b) => a - b);
const at = (share) => sizes[Math.min(sizes.length - 1, Math.floor(sizes.length * share))] ?? 0;

const problems = [];
const require = (holds, sentence) => holds || problems.push(sentence);
require(at(0.5) <= MEDIAN_LINES, `The median file has ${at(0.5)} lines; ${MEDIAN_LINES} are allowed.`);
require(at(0.95) <= P95_LINES, `One file in twenty has more than ${at(0.95)} lines; ${P95_LINES} are allowed.`);
for (const [project, wanted] of Object.entries(TESTS_PER_LINE)) {
  const of = (list) => sum(list.filter((file) => file.startsWith(`${project}/`)));
  requireTests(project, of(tests) / of(code), wanted);
}

for (const cycle of cyclesIn(root, code)) problems.push(`Import cycle: ${cycle.join(' -> ')}`);
for (const file of code.filter((each) => /\/src\/.+\/index\.ts$/.test(each)))
  problems.push(`${file}: no inner index.ts.`);

const ratio = sum(tests) / sum(code);
console.log(
  `${code.length} files, ${sum(code)} lines of code, ${sum(tests)} of tests (${ratio.toFixed(2)} per line); median file ${at(0.5)}, 95 % ${at(0.95)}`,
);
requireTests('The workspace', ratio, TESTS_PER_LINE_OVERALL);
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);

function requireTests(what, found, { goal, floor }) {
  if (found >= goal) return;
  const sentence = `${what} has ${found.toFixed(2)} lines of test per line of code; ${goal} are wanted`;
  if (found < floor) problems.push(`${sentence}, ${floor} at the least.`);
  else console.log(`${sentence}.`);
}
