import { describe, expect, it } from '@jest/globals';
import { Readiness } from './readiness.js';

describe('readiness', () => {
  it('is there when nobody waits for anything', () => {
    expect(new Readiness().missing()).toBeUndefined();
  });

  it('is not there while somebody waits, and says for what', () => {
    const readiness = new Readiness();
    let missing: string | undefined = 'No broker answers.';
    readiness.add(() => undefined);
    readiness.add(() => missing);
    readiness.add(() => 'never asked before the first has come');
    expect(readiness.missing()).toBe('No broker answers.');
    missing = undefined;
    expect(readiness.missing()).toBe('never asked before the first has come');
  });
});
