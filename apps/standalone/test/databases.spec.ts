import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PostgresServer } from '@berth/local-postgres';
import { Client } from 'pg';
import { type DatabaseName, type Databases, openDatabases } from '../src/platform/databases.js';

const names: readonly DatabaseName[] = ['user-management', 'deployment-management', 'build', 'metering', 'bus'];
const PASSWORD = 'of-all-roles';

let parent: string;
let opened: Databases | undefined;

const open = async (): Promise<Databases> => {
  opened = await openDatabases(join(parent, 'postgres'), PASSWORD).opened;
  return opened;
};
const close = async (): Promise<void> => {
  await opened?.close();
  opened = undefined;
};
const query = async (url: string, sql: string): Promise<object[]> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  return (await client.query<object>(sql).finally(() => client.end())).rows;
};

/** What the administrator of the server does between two starts. */
const asAdministrator = async (...statements: string[]): Promise<void> => {
  const server = new PostgresServer({ folder: join(parent, 'postgres') });
  const { url } = await server.start();
  for (const sql of statements) await query(url, sql);
  await server.stop();
};

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'berth-databases-'));
  await chmod(parent, 0o711);
});
afterEach(async () => {
  await close();
  await rm(parent, { recursive: true, force: true });
});

describe('the databases of the platform', () => {
  it('are one for each service and the bus, entered by its own role alone, and keep what they have', async () => {
    const first = await open();
    for (const name of names) {
      await first.ready(name);
      await query(first.urlOf(name), `create table of_mine as select '${name}' as name`);
    }
    const foreign = new URL(first.urlOf('build'));
    foreign.pathname = new URL(first.urlOf('metering')).pathname;
    await expect(query(foreign.href, 'select 1')).rejects.toThrow('permission denied for database');
    await close();

    const second = await open();
    for (const name of names) {
      await second.ready(name);
      expect(await query(second.urlOf(name), 'select name from of_mine')).toEqual([{ name }]);
    }
  });

  it('have roles that enter no database of another one and rule over nothing', async () => {
    const databases = await open();
    for (const name of names) await databases.ready(name);
    for (const name of names) {
      const own = databases.urlOf(name);
      for (const other of names.filter((each) => each !== name)) {
        const foreign = new URL(own);
        foreign.pathname = new URL(databases.urlOf(other)).pathname;
        await expect(query(foreign.href, 'select 1')).rejects.toThrow('permission denied for database');
      }
      const [role] = await query(
        own,
        `select rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls,
                (select count(*)::int from pg_auth_members where member = pg_roles.oid) as "memberOf"
           from pg_roles where rolname = current_user`,
      );
      const rights = { rolsuper: false, rolcreatedb: false, rolcreaterole: false, rolreplication: false };
      expect(role).toEqual({ ...rights, rolbypassrls: false, memberOf: 0 });
    }
  });

  it('are reached at the socket of their server, and one that a killed server left is taken away', async () => {
    const folder = join(parent, 'postgres');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, '.s.PGSQL.1'), '');
    const databases = await open();
    await databases.ready('build');
    const sql = 'select inet_server_addr() is null as "atSocket"';
    expect(await query(databases.urlOf('build'), sql)).toEqual([{ atSocket: true }]);
    const port = new URL(databases.urlOf('build')).port;
    const sockets = (await readdir(folder)).filter((name) => name.startsWith('.s.'));
    expect(sockets.sort()).toEqual([`.s.PGSQL.${port}`, `.s.PGSQL.${port}.lock`]);
  });

  it('are given up while they are being made without an error that nobody hears', async () => {
    const databases = await open();
    const waiting = Promise.allSettled(names.map((name) => databases.ready(name)));
    await databases.ready('bus');
    await close();
    expect(await waiting).toHaveLength(names.length);

    const again = await open();
    await Promise.all(names.map((name) => again.ready(name)));
  });

  it('that a start which was cut off left unfinished are finished, with what they have', async () => {
    await asAdministrator(
      'create role berth_bus login',
      `create role berth_metering login password '${PASSWORD}'`,
      'create database berth_metering owner berth_metering',
    );
    const databases = await open();
    await Promise.all(names.map((name) => databases.ready(name)));
    expect(await query(databases.urlOf('metering'), 'select current_user as name')).toEqual([
      { name: 'berth_metering' },
    ]);
    const foreign = new URL(databases.urlOf('bus'));
    foreign.pathname = new URL(databases.urlOf('metering')).pathname;
    await expect(query(foreign.href, 'select 1')).rejects.toThrow('permission denied for database');
  });

  it('of a server that was closed meanwhile are waited for by nobody for ever', async () => {
    const databases = await open();
    const ends = Promise.allSettled(names.map((name) => databases.ready(name)));
    await close();
    expect((await ends).filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
  });
});
