import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { namesTold, Users } from './names.js';

const usersOf = (spans: readonly { appId: string; projectId: string; environmentId: string }[]): Users => {
  const users = new Users();
  for (const span of spans) users.add(span);
  return users;
};

describe('names on an invoice', () => {
  it('are of each app with its project, and of each environment that it ran in, once', () => {
    const users = usersOf([
      { appId: 'web', projectId: 'shop', environmentId: 'staging' },
      { appId: 'api', projectId: 'shop', environmentId: 'production' },
      { appId: 'web', projectId: 'shop', environmentId: 'production' },
      { appId: 'web', projectId: 'shop', environmentId: 'staging' },
    ]);
    expect(users.ids().toSorted()).toEqual(['api', 'production', 'shop', 'staging', 'web']);
    expect(users.named((id) => (id === 'api' ? null : id.toUpperCase()))).toEqual([
      {
        ...{ appId: 'api', name: null, project: { id: 'shop', name: 'SHOP' } },
        environments: [{ id: 'production', name: 'PRODUCTION' }],
      },
      {
        ...{ appId: 'web', name: 'WEB', project: { id: 'shop', name: 'SHOP' } },
        environments: [
          { id: 'production', name: 'PRODUCTION' },
          { id: 'staging', name: 'STAGING' },
        ],
      },
    ]);
  });

  it('are the same in whatever order spans come, and can be told again from what was told', () => {
    const appId = fc.constantFrom('a', 'b', 'c');
    const span = fc
      .record({ appId, environmentId: fc.constantFrom('1', '2', '3') })
      .map((each) => ({ ...each, projectId: each.appId === 'c' ? 'q' : 'p' }));
    fc.assert(
      fc.property(fc.array(span, { maxLength: 12 }), (spans) => {
        const names = usersOf(spans).named((id) => (id === '2' ? null : `named ${id}`));
        expect(usersOf(spans.toReversed()).named(namesTold({ names }))).toEqual(names);
      }),
    );
  });

  it('are unknown where nothing was told', () => {
    expect(namesTold({})('web')).toBeNull();
  });
});
