import { describe, expect, it } from '@jest/globals';
import { cursorOf, cursorsIn } from './log-cursor.js';

describe('what a reader of logs resumes after', () => {
  it.each([
    ['nothing', undefined, {}],
    ['where it was on each cluster', cursorOf({ local: '3', berlin: '7' }), { local: '3', berlin: '7' }],
    ['where it was when there was one', '3', { local: '3' }],
    ['nothing that it made up', 'several.e30x', {}],
    ['nothing of another shape', cursorOf(['a'] as never), {}],
  ])('is %s', (_, after, expected) => expect(cursorsIn(after, 'local')).toEqual(expected));
});
