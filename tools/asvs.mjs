// docs/security/asvs.json against the sources: each requirement has a state, and every test that it names is there. With
// `--ran FOLDER` against a run of all tests, too (`TEST_RECORD`): every test that it names has passed in it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
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

/** Sentences about the tests that a matrix names and that did not pass in a run; `passed` has `FILE<tab>TITLE` of those that did. */
export function notPassed({ requirements }, passed) {
  const titles = new Map();
  for (const line of passed) {
    const [file, title] = line.split('\t');
    titles.set(file, [...(titles.get(file) ?? []), title]);
  }
  return requirements.flatMap(({ id, tests = [] }) =>
    tests
      .filter(({ file, name }) => !(titles.get(file) ?? []).some((title) => patternOf(name).test(title)))
      .map(({ file, name }) => `${id}: "${name}" of ${file} has not passed`),
  );
}

/** A title as it was run: with a value for each place of a table, and for a row's own name within that of its table. */
const patternOf = (name) =>
  new RegExp(
    name
      .split(/%[a-z#]/)
      .map(escaped)
      .join('.*'),
  );

const escaped = (text) => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);

/** Prints how the matrix stands, with `--open` what is missing, and answers whether it holds. */
function report({ open: isOpen, ran }) {
  const root = join(import.meta.dirname, '..');
  const matrix = JSON.parse(readFileSync(join(root, 'docs/security/asvs.json'), 'utf8'));
  const problems = [...problemsOf(matrix, root), ...(ran === undefined ? [] : notPassed(matrix, passedIn(ran)))];
  for (const problem of problems) console.error(problem);
  const open = matrix.requirements.filter(({ state }) => state === 'not yet' || state === 'partly');
  for (const { id, state, reason } of isOpen ? open : []) console.log(`${id} ${state}: ${reason}`);
  const counts = Object.keys(STATES).map(
    (state) => `${matrix.requirements.filter((each) => each.state === state).length} ${state}`,
  );
  console.log(`ASVS 5.0.0, level 2: ${matrix.requirements.length} requirements, ${counts.join(', ')}`);
  return problems.length === 0;
}

const passedIn = (folder) =>
  readdirSync(folder).flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n').filter(Boolean));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options = { open: { type: 'boolean' }, ran: { type: 'string' } };
  process.exit(report(parseArgs({ options }).values) ? 0 : 1);
}
