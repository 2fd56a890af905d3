import { nameOfPermission, type Permission, priorityPermissions, requiredPermissions } from '@berth/kubernetes';
import { expect, it } from '@jest/globals';
import { documents } from '../runtime/kubernetes-account.js';

const nameOf = (each: Permission): string => `${nameOfPermission(each)} ${each.name ?? '*'}`;

it('what is asked of a cluster before workloads come is what its administrator is told to grant', () => {
  const granted = documents
    .flatMap(({ rules }) => rules ?? [])
    .flatMap(({ apiGroups, resources, resourceNames = [undefined], verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          resourceNames.flatMap((name) => verbs.map((verb) => ({ verb, group, resource, ...(name && { name }) }))),
        ),
      ),
    );
  const asked = [...requiredPermissions, ...priorityPermissions];
  expect(asked.map(nameOf).sort()).toEqual(granted.map(nameOf).sort());
});
