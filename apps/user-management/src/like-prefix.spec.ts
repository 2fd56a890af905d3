import { expect, it } from '@jest/globals';
import { likePrefix } from './like-prefix.js';

it.each([
  ['', '%'],
  ['ann', 'ann%'],
  ['50%_off', '50\\%\\_off%'],
  ['back\\slash', 'back\\\\slash%'],
])('%j becomes %j', (text, pattern) => {
  expect(likePrefix(text)).toBe(pattern);
});
