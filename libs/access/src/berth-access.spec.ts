import { expect, it } from '@jest/globals';
import { formatBerthAccess, parseBerthAccess } from './berth-access.js';

const organizationId = '01932b5e-7a9f-7cc1-9d3c-0a5a8f0b7c11';

it('reads back what it wrote', () => {
  const seen = { organizationId, version: 42 };
  expect(parseBerthAccess(formatBerthAccess(seen))).toEqual(seen);
});

it.each([
  '',
  organizationId,
  `${organizationId}@`,
  `${organizationId}@0`,
  `${organizationId}@-1`,
  `${organizationId}@1.5`,
  `${organizationId}@99999999999999`,
  `${organizationId}@1, ${organizationId}@2`,
  `x${organizationId}@1`,
  `'; drop table access_organization; --@1`,
])('refuses %j', (header) => {
  expect(parseBerthAccess(header)).toBeUndefined();
});
