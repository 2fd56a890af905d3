import { describe, expect, it } from '@jest/globals';
import { manifestUrl, taggedImage } from './image-name.js';

const urlOf = (reference: string): string => manifestUrl(taggedImage(reference)!);

describe('the name of an image with a tag', () => {
  it.each([
    ['nginx', 'nginx', 'latest', 'docker.io', 'https://registry-1.docker.io/v2/library/nginx/manifests/latest'],
    ['team/shop:1', 'team/shop', '1', 'docker.io', 'https://registry-1.docker.io/v2/team/shop/manifests/1'],
    ['docker.io/nginx:1.29', 'docker.io/nginx', '1.29', 'docker.io', urlOf('nginx:1.29')],
    ['index.docker.io/library/nginx:1', 'index.docker.io/library/nginx', '1', 'docker.io', urlOf('nginx:1')],
    ['quay.io/a/b/c:v_1', 'quay.io/a/b/c', 'v_1', 'quay.io', 'https://quay.io/v2/a/b/c/manifests/v_1'],
    ['Quay.IO/a', 'Quay.IO/a', 'latest', 'quay.io', 'https://quay.io/v2/a/manifests/latest'],
    [
      'r.example:5000/a',
      'r.example:5000/a',
      'latest',
      'r.example:5000',
      'https://r.example:5000/v2/a/manifests/latest',
    ],
    ['localhost/a:2', 'localhost/a', '2', 'localhost', 'http://localhost/v2/a/manifests/2'],
    ['127.0.0.1:5000/a', '127.0.0.1:5000/a', 'latest', '127.0.0.1:5000', 'http://127.0.0.1:5000/v2/a/manifests/latest'],
    [
      '127.evil.example/a',
      '127.evil.example/a',
      'latest',
      '127.evil.example',
      'https://127.evil.example/v2/a/manifests/latest',
    ],
  ])('%s lies in %s as %s, for which credentials name %s', (reference, repository, tag, registry, url) => {
    expect(taggedImage(reference)).toMatchObject({ repository, tag, registry });
    expect(urlOf(reference)).toBe(url);
  });

  it('is none when there is a digest', () => {
    expect(taggedImage(`quay.io/a:1@sha256:${'0'.repeat(64)}`)).toBeUndefined();
  });
});
