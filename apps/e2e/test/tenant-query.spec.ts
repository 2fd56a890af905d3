import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { ESLint, Linter } from 'eslint';
import { parser } from 'typescript-eslint';
// eslint-disable-next-line @nx/enforce-module-boundaries -- what lint measures by is no library
import {
  partsOf,
  tablesOf,
  tenantQuery,
  UNCONFINED,
  UNCONFINED_PARTS,
  unboundTable,
  unconfinedParts,
  unconfinedTables,
} from '../../../tools/eslint/tenant-query.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const repository = `${root}apps/deployment-management/src/apps/apps.repository.ts`;
const schema = `${root}apps/deployment-management/src/database/schema.sql`;
const tables = new Set(['app', 'workload']);

describe('a statement on a tenant’s table', () => {
  it.each([
    ['names the organization', 'select id from app where organization_id = $1'],
    ['names it under another name of the table', 'select a.id from app a where a.organization_id = any ($1)'],
    ['names it as what may be nobody’s', 'select from app where organization_id is not distinct from $1'],
    ['follows it from another table', 'select from app a join project p on a.organization_id = p.organization_id'],
    ['writes it', 'insert into app (id, organization_id, slug) values ($1, $2, $3)'],
    ['is by its key', 'select id from app where id = $1 and deleted_at is null'],
    ['is by the key of what it belongs to', 'delete from workload w where w.environment_id = $1'],
    ['is by some keys', 'select id from workload where app_id = any($1::uuid[])'],
    ['is by keys in a list', 'select id from workload where app_id in ($1, $2)'],
    ['is on no such table', 'select id from cluster where is_cordoned'],
    ['is on a table whose name only begins so', 'select id from app_icon'],
  ])('is let be when it %s', (_, sql) => {
    expect(unboundTable(sql, tables)).toBeUndefined();
  });

  it.each([
    ['names nothing', 'select id from app', 'app'],
    ['only answers the organization', 'select organization_id as "organizationId" from app where slug = $1', 'app'],
    ['only goes on after a key', 'select id from app where id > $1 order by id', 'app'],
    [
      'only joins by keys',
      'select from cluster c join workload w on w.cluster_id = c.id where c.name = $1',
      'workload',
    ],
    ['says it in a comment', 'select id from app -- organization_id = $1\n where slug = $2', 'app'],
    ['writes none', 'insert into app (slug) values ($1)', 'app'],
    ['changes all', 'update workload set generation = $1', 'workload'],
    ['deletes all', 'delete from app where deleted_at < $1', 'app'],
  ])('is found when it %s', (_, sql, table) => {
    expect(unboundTable(sql, tables)).toBe(table);
  });
});

it('tables of a tenant are those of which the schema of their service knows the organization', () => {
  const found = tablesOf(readFileSync(schema, 'utf8'));
  for (const table of ['project', 'environment', 'app', 'workload', 'deployment', 'volume', 'domain'])
    expect([table, found.has(table)]).toEqual([table, true]);
  for (const table of ['cluster', 'outbox', 'inbox']) expect([table, found.has(table)]).toEqual([table, false]);
});

describe('a policy confines requests to their organizations', () => {
  const services = ['build', 'deployment-management', 'metering', 'user-management'];
  const schemaOf = (service: string) => readFileSync(`${root}apps/${service}/src/database/schema.sql`, 'utf8');

  it.each(services)('in every table of %s that knows the organization, but for those that say why not', (service) => {
    expect(unconfinedTables(schemaOf(service))).toEqual([]);
  });

  it('and a table is found that has none, or a part of one', () => {
    const whole = schemaOf('build');
    expect(whole).toContain('create policy organization on upload ');
    expect(unconfinedTables(whole.replace('create policy organization on upload ', ''))).toEqual(['upload']);
    expect(unconfinedTables(whole.replace(/^alter table build enable row level.*$/m, ''))).toEqual(['build']);
    const added = 'create table note (\n  id uuid not null,\n  organization_id uuid not null\n);\n';
    expect(unconfinedTables(`${added}${whole}`)).toEqual(['note']);
  });

  it.each(services)(
    'in every table of %s whose rows belong to a row of such a table, with the same exceptions',
    (service) => {
      expect(unconfinedParts(schemaOf(service))).toEqual([]);
    },
  );

  it('and such a table is found by its key, its name, or through another one', () => {
    const whole = schemaOf('build');
    expect([...partsOf(whole)]).toEqual(['build_log']);
    expect(unconfinedParts(whole.replace('create policy organization on build_log ', ''))).toEqual(['build_log']);
    const named = 'create table note (\n  build_id uuid not null\n);\n';
    expect(unconfinedParts(`${named}${whole}`)).toEqual(['note']);
    const key = (from: string, to: string) =>
      `alter table ${from} add constraint ${from}_key FOREIGN KEY (its) REFERENCES ${to}(id);\n`;
    expect(unconfinedParts(`${whole}${key('word', 'line')}${key('line', 'build_log')}`)).toEqual(['line', 'word']);
    expect(unconfinedParts(`${whole}${key('word', 'dead_letter')}`)).toEqual([]);
  });

  it('and what is excepted is there', () => {
    const parts = new Set(services.flatMap((service) => [...partsOf(schemaOf(service))]));
    expect([...UNCONFINED_PARTS].filter((table) => !parts.has(table))).toEqual([]);
    const known = new Set(services.flatMap((service) => [...tablesOf(schemaOf(service))]));
    expect([...UNCONFINED].filter((table) => !known.has(table))).toEqual([]);
  });
});

describe('lint', () => {
  const rules: Linter.RulesRecord = { 'berth/tenant-query': ['error', { schema }] };
  const plugins = { berth: { rules: { 'tenant-query': tenantQuery } } };
  const lint = (source: string) => {
    const languageOptions = { parser: parser as Linter.Parser };
    const config: Linter.Config[] = [{ files: ['**/*.ts'], languageOptions, plugins, rules }];
    const messages = new Linter({ cwd: root }).verify(source, config, repository);
    return messages.map(({ ruleId, line }) => `${ruleId} ${line}`);
  };

  it.each(['build', 'deployment-management', 'metering', 'user-management'])('asks of %s', async (service) => {
    const file = `${root}apps/${service}/src/any/any.repository.ts`;
    const config = (await new ESLint({ cwd: root }).calculateConfigForFile(file)) as Linter.Config;
    const asked = config.rules?.['berth/tenant-query'];
    expect(asked).toEqual([2, { schema: `${root}apps/${service}/src/database/schema.sql` }]);
  });

  it('is an error in a repository of which one statement forgets whose rows it wants, wherever its text is written', () => {
    const source = readFileSync(repository, 'utf8');
    expect(lint(source)).toEqual([]);
    const forgotten = source.replace('from app where id = $1 and', 'from app where');
    expect(forgotten).not.toBe(source);
    expect(lint(forgotten)).toEqual([expect.stringMatching(/^berth\/tenant-query \d+$/)]);
    const elsewhere = [
      'const from = (alias: string) => `from app ${alias}`;',
      'export const all = (sql: { query(text: string): unknown }) => sql.query(text);',
      "const text = `select ${from('a')} ` + 'where a.deleted_at is null';",
    ];
    expect(lint(elsewhere.join('\n'))).toEqual(['berth/tenant-query 2']);
  });

  it('takes an exception that is stated', () => {
    const source = [
      'export const all = (sql: { query(text: string): unknown }) =>',
      '  // eslint-disable-next-line berth/tenant-query -- administrators see all of them',
      "  sql.query('select id from app');",
    ];
    expect(lint(source.join('\n'))).toEqual([]);
  });
});
