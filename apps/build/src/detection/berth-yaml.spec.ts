import { describe, expect, it } from '@jest/globals';
import { parseBerthYaml } from './berth-yaml.js';

const evidenceOf = (text: string): readonly string[] => {
  try {
    parseBerthYaml(text);
  } catch (error) {
    expect(error).toMatchObject({ cause: 'detect_failed' });
    return (error as { evidence: string[] }).evidence;
  }
  return ['accepted'];
};

describe('berth.yaml', () => {
  it('says what is not detected', () => {
    const text = `
build: { install: make deps, command: null }
processes: { web: ./run --port $PORT, worker: ./work }
environment: { MODE: fast }
static: { folder: site/public, singlePage: true }
`;
    expect(parseBerthYaml(text)).toEqual({
      build: { install: 'make deps', command: null },
      processes: { web: './run --port $PORT', worker: './work' },
      environment: { MODE: 'fast' },
      static: { folder: 'site/public', singlePage: true },
    });
  });

  it('may be empty', () => expect(parseBerthYaml('# nothing\n')).toEqual({}));

  it.each([
    ['an unknown field', 'replicas: 3', '/'],
    ['an unknown field deep down', 'build: { comand: x }', '/build'],
    ['a process type with a path as its name', 'processes: { "../web": x }', '/processes/..~1web'],
    ['a command that is no text', 'processes: { web: [a] }', '/processes/web'],
    ['a number as command', 'processes: { web: 3 }', '/processes/web'],
    ['a folder above the app', 'static: { folder: ../../etc }', '/static/folder'],
    ['an absolute folder', 'static: { folder: /etc }', '/static/folder'],
    ['a folder with a backslash', 'static: { folder: "..\\\\etc" }', '/static/folder'],
    ['a variable that is no name', 'environment: { "LD PRELOAD": x }', '/environment/LD PRELOAD'],
    ['a NUL in a command', 'processes: { web: "a\\0b" }', '/processes/web'],
    ['a list instead of a map', '- web', '/'],
  ])('is refused for %s, with a pointer to it', (_, text, pointer) => {
    expect(evidenceOf(text)).toContainEqual(expect.stringContaining(`${pointer}: `));
  });

  it.each([
    ['broken YAML', 'processes: { web: '],
    ['a key twice', 'static: { folder: a }\nstatic: { folder: b }'],
    ['two documents', 'static: { folder: a }\n---\nstatic: { folder: b }'],
  ])('is refused for %s', (_, text) => expect(evidenceOf(text)).not.toEqual(['accepted']));

  it('does not unfold a billion laughs', () => {
    const bomb = [
      'a: &a0 [x]',
      ...Array.from({ length: 30 }, (_, i) => `a${i}: &a${i + 1} [*a${i}, *a${i}, *a${i}]`),
    ].join('\n');
    expect(evidenceOf(bomb)).not.toEqual(['accepted']);
  });
});
