import { describe, expect, it } from '@jest/globals';
import { parseSecretVersion } from './secret-version.js';

describe('parseSecretVersion', () => {
  it('reads a name and a number', () => {
    expect(parseSecretVersion('TOKEN@12')).toEqual({ name: 'TOKEN', version: 12 });
    expect(parseSecretVersion('./x@.service@3')).toEqual({ name: './x@.service', version: 3 });
  });

  it.each(['TOKEN', 'TOKEN@', '@1', 'TOKEN@0', 'TOKEN@-1', 'TOKEN@v1', 'TOKEN@1@2', 'TOKEN@99999999999'])(
    'refuses %s',
    (text) => expect(() => parseSecretVersion(text)).toThrow('NAME@VERSION'),
  );
});
