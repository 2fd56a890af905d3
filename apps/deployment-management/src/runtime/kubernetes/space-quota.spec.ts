import { expect, it } from '@jest/globals';
import { spaceQuotaOf } from './space-quota.js';

it.each([
  [undefined, null],
  [
    { cpuMillicores: 4_000, memoryMib: 8_192 },
    { cpuMillicores: 8_000, memoryMib: 16_384, pods: 800 },
  ],
  [
    { cpuMillicores: 0, memoryMib: 0 },
    { cpuMillicores: 0, memoryMib: 0, pods: 0 },
  ],
])('a quota of %j is a wall at %j', (quota, wall) => {
  expect(spaceQuotaOf(quota ? { quota } : {})).toEqual(wall);
});
