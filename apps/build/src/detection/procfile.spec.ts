import { describe, expect, it } from '@jest/globals';
import { parseProcfile } from './procfile.js';

const failing = (text: string): { cause: string; message: string } => {
  try {
    parseProcfile(text);
  } catch (error) {
    return error as { cause: string; message: string };
  }
  return { cause: 'accepted', message: '' };
};

describe('a Procfile', () => {
  it('is a list of process types, in its own order', () => {
    const text = '\u{feff}# processes\r\nweb: node server.js --port $PORT\r\n\n  worker:   node worker.js: queue  \n';
    expect(parseProcfile(text)).toEqual([
      { name: 'web', command: 'node server.js --port $PORT' },
      { name: 'worker', command: 'node worker.js: queue' },
    ]);
  });

  it('may be empty', () => {
    expect(parseProcfile('')).toEqual([]);
    expect(parseProcfile('# nothing yet\n')).toEqual([]);
  });

  it.each([
    ['no colon', 'web node server.js'],
    ['no command', 'web:'],
    ['no name', ': node server.js'],
    ['a name that is a path', '../web: node server.js'],
    ['a name in capitals', 'Web: node server.js'],
    ['a name of absurd length', `${'w'.repeat(10_000)}: node server.js`],
    ['a name twice', 'web: a\nweb: b'],
    ['a command of absurd length', `web: ${'x'.repeat(4_001)}`],
    ['an escape sequence', 'web: echo \u001b[2J'],
    ['a NUL', 'web: echo \0'],
    ['too many process types', Array.from({ length: 21 }, (_, index) => `p${index}: x`).join('\n')],
  ])('is refused for %s, naming the line', (_, text) => {
    expect(failing(text)).toMatchObject({
      cause: 'detect_failed',
      message: expect.stringMatching(/^Procfile, line \d+: /),
    });
  });
});
