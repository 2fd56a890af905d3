import { describe, expect, it } from '@jest/globals';
import { requirementOf, specifierOf } from './poetry-requirement.js';
import { constraintsOf, readPyproject } from './pyproject.js';

describe("Poetry's constraints in pip's words", () => {
  it.each([
    ['*', ''],
    ['^1.2.3', '>=1.2.3,<2'],
    ['^1', '>=1,<2'],
    ['^0.2.3', '>=0.2.3,<0.3'],
    ['^0.0.3', '>=0.0.3,<0.0.4'],
    ['^0', '>=0,<1'],
    ['~1.2.3', '>=1.2.3,<1.3'],
    ['~1', '>=1,<2'],
    ['~=1.2', '~=1.2'],
    ['1.2.*', '==1.2.*'],
    ['2.3.1', '==2.3.1'],
    ['>= 1.0, <2.0', '>=1.0,<2.0'],
    ['>=1.0 <2.0', '>=1.0,<2.0'],
    ['!=1.5', '!=1.5'],
    ['^1.0 || ^2.0', ''],
  ])('%s -> %s', (constraint, expected) => expect(specifierOf(constraint)).toBe(expected));

  it.each<[string, unknown, string[]]>([
    ['a version', '^3', ['x>=3,<4']],
    [
      'extras and a marker',
      { version: '1.0', extras: ['a', 'b'], markers: 'os_name == "nt"' },
      ['x[a,b]==1.0 ; os_name == "nt"'],
    ],
    ['a repository', { git: 'https://example.com/x.git', rev: 'abc' }, ['x @ git+https://example.com/x.git@abc']],
    ['an archive', { url: 'https://example.com/x.whl' }, ['x @ https://example.com/x.whl']],
    ['a folder of the app', { path: './libs/x', develop: true }, ['./libs/x']],
    ['an optional one', { version: '1', optional: true }, []],
    ['the first of several', [{ version: '^1' }, { version: '^2' }], ['x>=1,<2']],
    ['what is no wish at all', 7, []],
  ])('%s', (_name, wish, expected) => expect(requirementOf('x', wish)).toEqual(expected));
});

describe('pyproject.toml', () => {
  const poetry = (more: string) =>
    `[tool.poetry]\nname = "my-app"\n${more}\n[build-system]\nrequires = ["poetry-core"]\n`;
  it.each<[string, string, string[], boolean]>([
    ['with a build system is a package', '[project]\n[build-system]\nrequires = []', [], true],
    ['without one is a list of what is needed', '[project]\nname = "x"', ['x'], false],
    ['without one, but with src, is a package', '[project]', ['src'], true],
    ['whose dependencies the build tells is a package', '[project]\ndynamic = ["dependencies"]', [], true],
    ['of Poetry with its folder is a package', poetry(''), ['my_app'], true],
    ['of Poetry without its folder is none', poetry(''), ['tests'], false],
    ['of Poetry that names its packages is one', poetry('packages = [{ include = "x" }]'), [], true],
    ['of Poetry that says so is none', poetry('package-mode = false'), ['my_app'], false],
  ])('%s', (_name, text, folders, expected) => expect(readPyproject(text, folders).isPackage).toBe(expected));

  it('says what the app needs, not what its developers do', () => {
    const text = `[project]\nrequires-python = ">=3.11"\ndependencies = ["flask>=3", "gunicorn"]\n[project.optional-dependencies]\ntest = ["pytest"]\n[dependency-groups]\ndev = ["ruff"]\n`;
    expect(readPyproject(text, [])).toMatchObject({ requirements: ['flask>=3', 'gunicorn'], wantedPython: '>=3.11' });
    const other =
      '[tool.poetry.dependencies]\npython = "^3.12"\nflask = "^3.0"\n[tool.poetry.group.dev.dependencies]\npytest = "*"\n';
    expect(readPyproject(other, [])).toMatchObject({ requirements: ['flask>=3.0,<4'], wantedPython: '^3.12' });
  });

  it.each(['[project', 'project = 3', '[project]\ndependencies = "flask"'])(
    'that is not valid is refused: %s',
    (text) => expect(() => readPyproject(text, [])).toThrow(expect.objectContaining({ cause: 'detect_failed' })),
  );
});

describe('a lock file', () => {
  it('gives exact versions, but for names that are locked twice', () => {
    const entry = (name: string, version: string) => `[[package]]\nname = "${name}"\nversion = "${version}"\n`;
    const lock = `version = 1\n${entry('b', '2.0')}${entry('a', '1.0')}${entry('c', '1')}${entry('c', '2')}`;
    expect(constraintsOf(lock)).toEqual(['a==1.0', 'b==2.0']);
  });

  it.each(['', 'not = [toml', 'package = 3'])('that says nothing locks nothing: %j', (text) =>
    expect(constraintsOf(text)).toEqual([]),
  );
});
