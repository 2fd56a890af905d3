import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { namesTold, Users, withoutDomains } from './names.js';

interface Used {
  readonly appId: string;
  readonly projectId: string;
  readonly environmentId: string;
  /** Of a domain that was attached. */
  readonly domainId?: string;
}

const usersOf = (spans: readonly Used[]): Users => {
  const users = new Users();
  for (const { domainId, ...span } of spans)
    users.add({ ...span, workloadId: domainId ?? 'workload', ...(domainId && { domains: 1 }) });
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

  it('are of the domains that led to an app, once, and of nothing else that was metered by itself', () => {
    const web = { appId: 'web', projectId: 'shop', environmentId: 'production' };
    const api = { ...web, appId: 'api' };
    const users = usersOf([
      { ...web, domainId: 'www' },
      web,
      { ...api, domainId: 'path' },
      { ...web, domainId: 'apex' },
      { ...web, domainId: 'www' },
      { ...web, appId: 'job' },
    ]);
    expect(users.ids()).not.toContain('workload');
    const names = users.named((id) => (id === 'www' ? null : `named ${id}`));
    expect(names.map(({ appId, domains }) => [appId, domains])).toEqual([
      ['api', [{ id: 'path', name: 'named path' }]],
      ['job', undefined],
      [
        'web',
        [
          { id: 'apex', name: 'named apex' },
          { id: 'www', name: null },
        ],
      ],
    ]);
    expect(users.ids()).toEqual(expect.arrayContaining(['www', 'apex', 'path']));
    expect(users.named(namesTold({ names }))).toEqual(names);
    expect(withoutDomains(names).some((app) => 'domains' in app)).toBe(false);
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
