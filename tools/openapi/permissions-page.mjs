/** Kinds of places that a role is given on, the widest first. */
const PLACES = ['organization', 'project', 'environment'];

const introduction = `# Permissions

Written by \`npm run openapi\` from the permission table (\`libs/access/src/permissions/permissions.ts\`), by which each service judges, and from what the services say of their routes. Do not edit.

* A role is given on an organization, a project or an environment, and holds there and for everything below.
* A role of an organization's own (\`berth orgs define-role\`) holds any permissions that \`admin\` has on an organization.
* Scopes of tokens are of the same words: \`apps:read\`, \`apps:*\` for all of a segment, \`*\` for all. A token does what its scopes name and its person or machine may do.
* Administrators of the platform look at everything but secrets, in every organization, and operate.
* Whoever may not know of a thing is answered 404, whoever knows it and may not do this to it 403.
* A route in several rows asks for all of them. Those in none (\`/v1/me\`, sessions, ways in) are open, or for one's own account. There is none that no route asks for.

| permission | who has it on an organization | on a project | on an environment | administrators | routes |
|---|---|---|---|---|---|
`;

/** The text of docs/permissions.md. `document`: of OpenAPI, over all services. */
export function permissionsPage({ permissions, administratorPermissions }, document) {
  const routes = routesByPermission(document);
  const all = PLACES.flatMap((place) => Object.values(permissions[place]).flat());
  const names = [...new Set([...all, ...administratorPermissions])].sort();
  const rolesOn = (place, name) =>
    Object.keys(permissions[place]).filter((role) => permissions[place][role].includes(name));
  const rows = names.map((name) => [
    `\`${name}\``,
    ...PLACES.map((place) => rolesOn(place, name).join(', ')),
    administratorPermissions.includes(name) ? 'yes' : '',
    (routes.get(name) ?? []).map((route) => `\`${route}\``).join(', '),
  ]);
  return `${introduction}${rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

function routesByPermission({ paths }) {
  const found = new Map();
  const asked = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      (operation['x-permissions'] ?? []).map((name) => [name, `${method.toUpperCase()} ${path}`]),
    ),
  );
  for (const [name, route] of asked) found.set(name, [...(found.get(name) ?? []), route]);
  return found;
}
