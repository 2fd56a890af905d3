// The budgets of the house style that are about the whole tree and not about one file.
import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { cyclesIn } from './cycles.mjs';
import { commentShare, functionSizes, linesOf, quantile, suppressionsWithoutReason } from './measures.mjs';
import { root } from './prepare.mjs';

const MEDIAN_LINES = 100;
const P95_LINES = 300;
const FUNCTION_MEDIAN_LINES = 12;
const FUNCTION_P95_LINES = 50;
const COMMENTS = { least: 0.03, most: 0.08 };
const TESTS_PER_LINE = {
  'libs/reconcile': 1.5,
  'libs/eventing': 1.5,
  'libs/access': 1.5,
  'libs/billing': 1.5,
};
const TESTS_PER_LINE_OVERALL = 1;

const listed = spawnSync('git', ['ls-files', 'libs/*.ts', 'apps/*.ts'], { cwd: root, encoding: 'utf8' }).stdout;
const paths = listed.split('\n').filter((path) => path !== '' && !path.includes('/generated/'));
const files = paths.map((path) => ({ path, text: readFileSync(`${root}/${path}`, 'utf8') }));
const isTest = ({ path }) =>
  /(-spec|\.spec)\.ts$|\/test\//.test(path) || path.startsWith('apps/e2e/') || path.startsWith('libs/testing/');
const pathsOf = (chosen) => chosen.map(({ path }) => path);
const percent = (share) => `${(100 * share).toFixed(1)} %`;
const sum = (chosen) => chosen.reduce((total, file) => total + linesOf(file), 0);

const code = files.filter((file) => !isTest(file));
const tests = files.filter(isTest);
const sizes = code.map(linesOf);
const [median, p95] = [quantile(sizes, 0.5), quantile(sizes, 0.95)];
const functions = code.flatMap(functionSizes);
const [functionMedian, functionP95] = [quantile(functions, 0.5), quantile(functions, 0.95)];
const comments = commentShare(code);

const problems = [];
const require = (holds, sentence) => holds || problems.push(sentence);
require(median <= MEDIAN_LINES, `The median file has ${median} lines; ${MEDIAN_LINES} are allowed.`);
require(p95 <= P95_LINES, `One file in twenty has more than ${p95} lines; ${P95_LINES} are allowed.`);
require(functionMedian <=
  FUNCTION_MEDIAN_LINES, `The median function has ${functionMedian} lines; ${FUNCTION_MEDIAN_LINES} are allowed.`);
require(functionP95 <=
  FUNCTION_P95_LINES, `One function in twenty has more than ${functionP95} lines; ${FUNCTION_P95_LINES} are allowed.`);
require(comments >= COMMENTS.least &&
  comments <=
    COMMENTS.most, `${percent(comments)} of the lines are comments; ${percent(COMMENTS.least)} to ${percent(COMMENTS.most)} are wanted.`);
for (const place of files.flatMap(suppressionsWithoutReason)) problems.push(`${place}: say why the rule is silenced.`);
for (const [project, wanted] of Object.entries(TESTS_PER_LINE)) {
  const of = (list) => sum(list.filter(({ path }) => path.startsWith(`${project}/`)));
  requireTests(project, of(tests) / of(code), wanted);
}

for (const cycle of cyclesIn(root, pathsOf(code))) problems.push(`Import cycle: ${cycle.join(' -> ')}`);
for (const path of pathsOf(code).filter((each) => /\/src\/.+\/index\.ts$/.test(each)))
  problems.push(`${path}: no inner index.ts.`);

const ratio = sum(tests) / sum(code);
console.log(
  `${code.length} files, ${sum(code)} lines of code, ${sum(tests)} of tests (${ratio.toFixed(2)} per line); median file ${median}, 95 % ${p95}; median function ${functionMedian}, 95 % ${functionP95}; ${percent(comments)} comments`,
);
requireTests('The workspace', ratio, TESTS_PER_LINE_OVERALL);
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);

function requireTests(what, found, wanted) {
  require(found >= wanted, `${what} has ${found.toFixed(2)} lines of test per line of code; ${wanted} are wanted.`);
}
