import { describe, expect, it } from '@jest/globals';
import { emptyPlan } from '../detection/build-plan.js';
import { type BuildInputs, canonicalJson, reuseKey } from './reuse-key.js';

const inputs: BuildInputs = {
  appId: 'a',
  tree: 'git:1',
  rootFolder: '',
  plan: emptyPlan,
  variables: { B: '2', A: '1' },
  tools: { node: 'v24' },
};

describe('the key under which an artifact is used again', () => {
  it('is the same for the same inputs in another order', () => {
    expect(reuseKey({ ...inputs, variables: { A: '1', B: '2' } }, 's')).toBe(reuseKey(inputs, 's'));
  });

  it.each<[string, Partial<BuildInputs>]>([
    ['another app', { appId: 'b' }],
    ['other files', { tree: 'git:2' }],
    ['another root folder', { rootFolder: 'web' }],
    ['another plan', { plan: { ...emptyPlan, path: ['bin'] } }],
    ['another variable', { variables: { A: '1', B: '3' } }],
    ['another version of a tool', { tools: { node: 'v26' } }],
  ])('differs for %s', (_, change) => {
    expect(reuseKey({ ...inputs, ...change }, 's')).not.toBe(reuseKey(inputs, 's'));
  });

  it('cannot be computed without the secret', () => expect(reuseKey(inputs, 's')).not.toBe(reuseKey(inputs, 't')));
});

describe('canonical JSON', () => {
  it('sorts keys at every depth and leaves lists alone', () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
  });
});
