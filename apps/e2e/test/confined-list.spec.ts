import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ConfinedSql, Database } from '@berth/service-kit';
import { describe, expect, it } from '@jest/globals';
import { ESLint, Linter } from 'eslint';
import { parser } from 'typescript-eslint';
// eslint-disable-next-line @nx/enforce-module-boundaries -- what lint measures by is no library
import { confinedList } from '../../../tools/eslint/confined-list.mjs';
// eslint-disable-next-line @nx/enforce-module-boundaries -- what lint measures by is no library
import { listedTable } from '../../../tools/eslint/tenant-query.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const repository = `${root}apps/user-management/src/groups/groups.repository.ts`;
const schema = `${root}apps/user-management/src/database/schema.sql`;
const tables = new Set(['app', 'workload']);

describe('a statement reads many rows of a tenant’s table', () => {
  it.each([
    ['answers a page', 'select id from app where project_id = $1 order by id limit $2'],
    ['answers a page of a size that is put in', 'select id from app where id > $1 limit '],
    ['is of an organization', 'select count(*) from app where organization_id = $1'],
    ['is of some organizations', 'with a as (select id from app where organization_id = any ($1)) select * from a'],
  ])('when it %s', (_, sql) => {
    expect(listedTable(sql, tables)).toBe('app');
  });

  it.each([
    ['is by its key', 'select id from app where id = $1'],
    ['is by its key and the organization', 'select id from app where organization_id = $1 and id = $2'],
    ['looks whether there is any', 'select id from app where project_id = $1 limit 1'],
    ['changes something', 'update app set slug = $2 where organization_id = $1'],
    ['takes what it then changes', 'select id from app where organization_id = $1 for update'],
    ['is on no such table', 'select id from cluster order by id limit $1'],
    ['says it in a comment', 'select id from app where id = $1 -- limit $2'],
  ])('not when it %s', (_, sql) => {
    expect(listedTable(sql, tables)).toBeUndefined();
  });
});

describe('lint', () => {
  const rules: Linter.RulesRecord = { 'berth/confined-list': ['error', { schema }] };
  const plugins = { berth: { rules: { 'confined-list': confinedList } } };
  const lint = (source: string) => {
    const languageOptions = { parser: parser as Linter.Parser };
    const config: Linter.Config[] = [{ files: ['**/*.ts'], languageOptions, plugins, rules }];
    const messages = new Linter({ cwd: root }).verify(source, config, repository);
    return messages.map(({ ruleId, line }) => `${ruleId} ${line}`);
  };
  const page = "query('select id from user_group where organization_id = $1 order by id limit $2')";

  it.each(['build', 'deployment-management', 'metering', 'user-management'])('asks of %s', async (service) => {
    const file = `${root}apps/${service}/src/any/any.repository.ts`;
    const config = (await new ESLint({ cwd: root }).calculateConfigForFile(file)) as Linter.Config;
    const asked = config.rules?.['berth/confined-list'];
    expect(asked).toEqual([2, { schema: `${root}apps/${service}/src/database/schema.sql` }]);
  });

  it('is an error in a repository of which one list takes whatever sends a statement', () => {
    const source = readFileSync(repository, 'utf8');
    expect(lint(source)).toEqual([]);
    const forgotten = source.replace('list(sql: ConfinedSql,', 'list(sql: Sql,');
    expect(forgotten).not.toBe(source);
    expect(lint(forgotten)).toEqual([expect.stringMatching(/^berth\/confined-list \d+$/)]);
  });

  it.each([
    ['the database itself', `class List { all() { return this.database.${page}; } }`, 1],
    ['what it does not know', `const all = (sql) => sql.${page};`, 1],
    ['another parameter', `function all(sql: Sql) { return (tx: Tx) => sql.${page}; }`, 1],
    ['a transaction', `const all = (tx: Tx) => tx.${page};`, 0],
    ['a transaction of a function around', `function all(tx: Tx) { return () => tx.${page}; }`, 0],
    ['confined reads', `class List { all() { return this.database.confined.${page}; } }`, 0],
  ])('judges a list that is read by %s', (_, source, found) => {
    expect(lint(source)).toHaveLength(found);
  });

  it('takes an exception that is stated', () => {
    const source = `// eslint-disable-next-line berth/confined-list -- administrators see all\nconst all = (sql: Sql) => sql.${page};`;
    expect(lint(source)).toEqual([]);
  });
});

it('a list that is asked for with the plain database does not type-check', () => {
  const listed = (sql: ConfinedSql) => sql.isConfined;
  // @ts-expect-error -- what has no mark of it is not confined
  expect(listed(Object.create(Database.prototype) as Database)).toBeUndefined();
});
