import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the tool under test is no library
import { permissionsPage, type Routes } from '../../../tools/openapi/permissions-page.mjs';
import { administratorPermissions, permissions } from '../src/index.js';

const workspace = resolve(import.meta.dirname, '../../..');
const table = { permissions, administratorPermissions };
const rowOf = (page: string, name: string) => page.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));

const openApi = async () =>
  JSON.parse(await readFile(join(workspace, 'libs/api-client/openapi.json'), 'utf8')) as Routes;

describe('the page of permissions', () => {
  it('names a route for each of them: what nothing asks for is no permission', async () => {
    const rows = permissionsPage(table, await openApi())
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows.filter((row) => row.endsWith('|  |'))).toEqual([]);
  });

  it('is what the permission table and the routes of all services say now', async () => {
    const page = permissionsPage(table, await openApi());
    expect(await readFile(join(workspace, 'docs/permissions.md'), 'utf8')).toBe(page);
  });

  it('has a row for each permission: who has it where, and which routes ask for it', () => {
    const page = permissionsPage(
      {
        permissions: {
          organization: { viewer: ['ships:read'], owner: ['ships:read', 'ships:sink'] },
          project: { viewer: ['ships:read'] },
          environment: {},
        },
        administratorPermissions: ['ships:read', 'seas:rule'],
      },
      {
        paths: {
          '/v1/ships': { get: { 'x-permissions': ['ships:read'] }, post: {} },
          '/v1/ships/{id}': { delete: { 'x-permissions': ['ships:read', 'ships:sink'] } },
        },
      },
    );
    expect(rowOf(page, 'ships:read')).toBe(
      '| `ships:read` | viewer, owner | viewer |  | yes | `GET /v1/ships`, `DELETE /v1/ships/{id}` |',
    );
    expect(rowOf(page, 'ships:sink')).toBe('| `ships:sink` | owner |  |  |  | `DELETE /v1/ships/{id}` |');
    expect(rowOf(page, 'seas:rule')).toBe('| `seas:rule` |  |  |  | yes |  |');
    expect(page.split('\n').filter((line) => line.startsWith('| `'))).toHaveLength(3);
  });
});
