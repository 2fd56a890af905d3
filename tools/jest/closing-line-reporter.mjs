import { appendFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { FAILED } from '../tiers.mjs';

/** Of what a test says of its failure: the rest stands further above. */
const MOST_LINES = 12;
/** A place in code that is not the project's. */
const ELSEWHERE = /^\s+at .*(node_modules|node:|<anonymous>)/;

/** A folder: there, too, each test that passed is written down, `FILE<tab>TITLE` on a line, for whoever asks for some of them. */
const { TEST_RECORD } = process.env;

/**
 * Prints `N passed, N failed` as the last line of a run, so that a person and a machine read the same figure. Before it what
 * failed, by name and in short: a long record may be cut.
 */
export default class ClosingLineReporter {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    for (const file of results.testResults) for (const line of failuresOf(file)) console.log(line);
    if (TEST_RECORD)
      for (const file of results.testResults)
        appendFileSync(join(TEST_RECORD, `${process.pid}.txt`), passesOf(file).join(''));
    console.log(`\n${results.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  }
}

const passesOf = ({ testFilePath, testResults }) =>
  testResults
    .filter(({ status }) => status === 'passed')
    .map(({ title }) => `${relative(process.cwd(), testFilePath)}\t${title.replaceAll('\n', ' ')}\n`);

function* failuresOf({ testFilePath, testExecError, failureMessage, testResults }) {
  const file = relative(process.cwd(), testFilePath);
  if (testExecError) yield* told(file, failureMessage ?? testExecError.message);
  for (const { status, fullName, failureMessages } of testResults)
    if (status === 'failed') yield* told(`${file} › ${fullName}`, failureMessages.join('\n'));
}

function* told(name, message) {
  yield `${FAILED}${name}`;
  const lines = stripVTControlCharacters(message)
    .split('\n')
    .filter((line) => line.trim() !== '' && !ELSEWHERE.test(line));
  for (const line of lines.slice(0, MOST_LINES)) yield `${FAILED}    ${line}`;
}
