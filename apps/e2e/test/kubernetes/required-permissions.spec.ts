import { nameOfPermission, requiredPermissions } from '@berth/kubernetes';
import { expect, it } from '@jest/globals';
import { documents } from '../runtime/kubernetes-account.js';

it('what is asked of a cluster before workloads come is what its administrator is told to grant', () => {
  const granted = documents
    .flatMap(({ rules }) => rules ?? [])
    .flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => ({ verb, group, resource })))),
    );
  expect(requiredPermissions.map(nameOfPermission).sort()).toEqual(granted.map(nameOfPermission).sort());
});
