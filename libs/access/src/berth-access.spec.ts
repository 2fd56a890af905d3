import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
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

describe('any version', () => {
  it('comes back as it was written, and any other text is refused or means itself', () => {
    const version = fc.record({ organizationId: fc.uuid(), version: fc.integer({ min: 1, max: 999_999_999 }) });
    fc.assert(fc.property(version, (each) => expect(parseBerthAccess(formatBerthAccess(each))).toEqual(each)));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.tuple(fc.uuid(), fc.string()).map((parts) => parts.join('@')),
        ),
        (text) => {
          const parsed = parseBerthAccess(text);
          if (parsed) expect(formatBerthAccess(parsed)).toBe(text.toLowerCase());
        },
      ),
    );
  });
});
