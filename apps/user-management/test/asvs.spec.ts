import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the tool under test is no library
import { type AsvsMatrix, type AsvsRequirement, notPassed, problemsOf, titlesIn } from '../../../tools/asvs.mjs';

const workspace = resolve(import.meta.dirname, '../../..');
let matrix: AsvsMatrix;
let folder: string;
beforeAll(async () => {
  matrix = JSON.parse(await readFile(join(workspace, 'docs/security/asvs.json'), 'utf8')) as AsvsMatrix;
  folder = await mkdtemp(join(tmpdir(), 'berth-asvs-'));
  await writeFile(
    join(folder, 'some.spec.ts'),
    `it('runs', () => {});
     it.each([['a row', 1], ['another row', 2]])('runs with %s', () => {});
     it.each<[string, number]>([['a typed row', 1]])('runs typed with %s', () => {});
     it.skip('is skipped', () => {});
     // it('is no more', () => {});
     const name = 'is only said';`,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const one = (change: Partial<AsvsRequirement> = {}): AsvsMatrix => ({
  standard: '',
  source: '',
  chapters: [{ id: '1', title: 'One', requirements: 1 }],
  requirements: [
    { id: '1.1.1', level: 1, about: '', state: 'proven', tests: [{ file: 'some.spec.ts', name: 'runs' }], ...change },
  ],
});
const named = (name: string, file = 'some.spec.ts') => one({ tests: [{ file, name }] });

describe('the matrix of the ASVS', () => {
  it('has every requirement of its chapters, and every test that it names is there', () => {
    expect(problemsOf(matrix, workspace)).toEqual([]);
    expect(matrix.requirements.length).toBe(135);
  });

  it('is about what levels 1 and 2 ask for', () => {
    expect(matrix.requirements.filter(({ level }) => level !== 1 && level !== 2)).toEqual([]);
  });
});

describe('a matrix is refused', () => {
  it('that is as it should be: not at all', () => {
    expect(problemsOf(one(), folder)).toEqual([]);
  });

  it.each<[string, AsvsMatrix]>([
    ['that names a test that is not there', named('walks')],
    ['that names one that is skipped', named('is skipped')],
    ['that names one that was taken out', named('is no more')],
    ['that names what is no test', named('is only said')],
    ['that names a file that is not there', named('runs', 'other.spec.ts')],
    ['that claims a proof without any', one({ tests: [] })],
    ['that is partly proven and does not say what is missing', one({ state: 'partly' })],
    ['that leaves out why something is open', one({ state: 'not yet', tests: [] })],
    ['that calls something open and proves it', one({ state: 'not yet', reason: 'x' })],
    ['that has a state of its own', one({ state: 'nearly' })],
    ['that names a document that is not there', one({ documents: ['none.md'] })],
    ['that leaves a requirement out', { ...one(), requirements: [] }],
    ['that has one twice', { ...one(), requirements: [...one().requirements, ...one().requirements] }],
  ])('%s', (_, wrong) => {
    expect(problemsOf(wrong, folder)).not.toEqual([]);
  });
});

it('titles are those of tests that run, rows of tables among them', () => {
  const rows = ['a row', 'another row', 'a typed row'];
  const tests = ['runs', 'runs with %s', 'runs typed with %s'];
  expect([...titlesIn(join(folder, 'some.spec.ts'))].sort()).toEqual([...rows, ...tests].sort());
});

describe('what a matrix names has passed in a run', () => {
  it.each([
    ['under its name', 'runs', 'some.spec.ts\truns'],
    ['with a value of a table', 'runs with %s', 'some.spec.ts\truns with 1'],
    ['as a row of a table, which says more around it', 'a row', 'some.spec.ts\truns with a row'],
    ['with signs that mean something in patterns', 'runs (once)?', 'some.spec.ts\truns (once)?'],
  ])('%s', (_, name, line) => {
    expect(notPassed(named(name), ['other.spec.ts\twalks', line])).toEqual([]);
  });

  it.each([
    ['in another file', 'other.spec.ts\truns'],
    ['under another name', 'some.spec.ts\twalks'],
  ])('or is told, when it did so only %s', (_, line) => {
    expect(notPassed(one(), [line])).toEqual(['1.1.1: "runs" of some.spec.ts has not passed']);
  });
});
