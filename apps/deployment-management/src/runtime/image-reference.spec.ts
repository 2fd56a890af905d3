import { imageReference } from '@berth/contracts/deployment';
import { describe, expect, it } from '@jest/globals';
import { pinnedImage } from './image-reference.js';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('the name of an image', () => {
  it.each([
    ['nginx', 'nginx'],
    ['library/nginx:1.29', 'library/nginx'],
    ['registry.example/team/shop', 'registry.example/team/shop'],
    ['localhost:5000/shop', 'localhost:5000/shop'],
    ['localhost:5000/shop:v1', 'localhost:5000/shop'],
    ['127.0.0.1:5000/a/b__c/d-e.f:V_1.2-x', '127.0.0.1:5000/a/b__c/d-e.f'],
  ])('%s is pinned by a digest and by nothing else', (name, repository) => {
    expect(imageReference.parse(name)).toBe(name);
    expect(pinnedImage(name)).toBeNull();
    expect(pinnedImage(imageReference.parse(`${name}@${digest}`))).toEqual({ repository, digest });
  });

  it.each([
    [
      '',
      'Nginx',
      '-x',
      'a b',
      'a//b',
      'a@sha256:12',
      `a@sha512:${'0'.repeat(128)}`,
      'a:',
      'https://a/b',
      '../a',
      'a:b:c',
    ],
  ])('%s is none', (...names) => {
    for (const name of names) expect(imageReference.safeParse(name).success).toBe(false);
  });
});
