import { describe, expect, it } from '@jest/globals';
import { differing, holdsFor } from './scope-versions.js';

const versions = (organization: number, project: number, environment: number) => ({
  ...{ organization, project, environment },
});

describe('what a rollback holds', () => {
  it('is each scope that was newer than in its release, until it is changed again', () => {
    expect(holdsFor(versions(1, 0, 3), versions(2, 4, 3))).toEqual({
      organization: { at: 1, until: 2 },
      project: { at: 0, until: 4 },
    });
  });

  it('is nothing when the release has what is newest', () => {
    expect(holdsFor(versions(1, 2, 3), versions(1, 2, 3))).toEqual({});
  });
});

it('what differs is named from the widest scope to the nearest', () => {
  expect(differing(versions(1, 1, 1), versions(2, 1, 0))).toEqual(['organization', 'environment']);
});
