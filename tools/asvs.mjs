// docs/security/asvs.json against the sources: each requirement has a state, and every test that it names is there.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** What each state needs beside it: evidence (tests or documents), or a reason. */
const STATES = {
  proven: { evidence: true, reason: false },
  partly: { evidence: true, reason: true },
  'not yet': { evidence: false, reason: true },
  'not applicable': { evidence: false, reason: true },
};

/** Sentences about what is wrong with a matrix whose files lie below `root`; none: nothing. */
export function problemsOf({ chapters, requirements }, root) {
  const ids = requirements.map(({ id }) => id);
  const twice = ids.filter((id, place) => ids.indexOf(id) !== place);
  const counts = chapters.flatMap(({ id, requirements: expected }) => {
    const found = ids.filter((each) => each.startsWith(`${id}.`)).length;
    return found === expected ? [] : [`chapter ${id} has ${found} requirements; the standard has ${expected}`];
  });
  const titles = new Map();
  const titlesOf = (file) => titles.get(file) ?? titles.set(file, titlesIn(join(root, file))).get(file);
  return [
    ...twice.map((id) => `${id} is there twice`),
    ...counts,
    ...requirements.flatMap((each) => problemsOfOne(each, root, titlesOf).map((problem) => `${each.id}: ${problem}`)),
  ];
}

function problemsOfOne({ state, reason, tests = [], documents = [] }, root, titlesOf) {
  const needs = STATES[state];
  if (!needs) return [`"${state}" is no state`];
  const has = tests.length + documents.length > 0;
  return [
    ...(has === needs.evidence ? [] : [`is ${state} and names ${has ? 'evidence' : 'none'}`]),
    ...((reason !== undefined) === needs.reason ? [] : [`is ${state} and ${reason ? 'has' : 'lacks'} a reason`]),
    ...documents.filter((file) => !existsSync(join(root, file))).map((file) => `there is no ${file}`),
    ...tests.filter(({ file, name }) => !titlesOf(file).has(name)).map(({ file, name }) => `${file} has no "${name}"`),
  ];
}

/** Titles of the tests in a file that run: of `it`, and of the rows of `it.each`, which begin with their own. */
export function titlesIn(path) {
  const titles = new Set();
  if (!existsSync(path)) return titles;
  const visit = (node) => {
    if (ts.isCallExpression(node)) for (const title of titlesOfCall(node)) titles.add(title);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true));
  return titles;
}

function titlesOfCall({ expression, arguments: [first] }) {
  const callee = expression.getText();
  if (first === undefined) return [];
  if (/^it\.each(<[^(]*>)?$/.test(callee)) return textsOfRows(first);
  return /^it(\.each\b[^]*)?$/.test(callee) && ts.isStringLiteralLike(first) ? [first.text] : [];
}

function textsOfRows(table) {
  if (!ts.isArrayLiteralExpression(table)) return [];
  const firsts = table.elements.map((row) => (ts.isArrayLiteralExpression(row) ? row.elements[0] : row));
  return firsts.filter((each) => each && ts.isStringLiteralLike(each)).map(({ text }) => text);
}

/** Prints how the matrix stands, with `--open` what is missing, and answers whether it holds. */
function report() {
  const root = join(import.meta.dirname, '..');
  const matrix = JSON.parse(readFileSync(join(root, 'docs/security/asvs.json'), 'utf8'));
  const problems = problemsOf(matrix, root);
  for (const problem of problems) console.error(problem);
  const open = matrix.requirements.filter(({ state }) => state === 'not yet' || state === 'partly');
  for (const { id, state, reason } of process.argv.includes('--open') ? open : [])
    console.log(`${id} ${state}: ${reason}`);
  const counts = Object.keys(STATES).map(
    (state) => `${matrix.requirements.filter((each) => each.state === state).length} ${state}`,
  );
  console.log(`ASVS 5.0.0, level 2: ${matrix.requirements.length} requirements, ${counts.join(', ')}`);
  return problems.length === 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(report() ? 0 : 1);
