import { execFileSync } from 'node:child_process';
import { chmod, chown, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { PostgresServer } from '@berth/local-postgres';
import { eventually, TestAuthority, type TestCertificate } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { Clock, createLogger, Database, Listener, type RunningService, startService } from '../src/index.js';
import { notes } from './fixtures/notes.service-definition.js';

describe('a database that speaks TLS', () => {
  let authority: TestAuthority;
  let stranger: TestAuthority;
  let folder: string;
  let server: PostgresServer;
  let url: string;

  beforeAll(async () => {
    [authority, stranger] = await Promise.all([TestAuthority.create(), TestAuthority.create()]);
    folder = await mkdtemp(join(tmpdir(), 'berth-postgres-tls-'));
    const certificate = await authority.certificate('postgres');
    await giveToServer(certificate);
    const { certFile, keyFile } = certificate;
    const settings = { fsync: 'off', ssl: 'on', ssl_cert_file: certFile, ssl_key_file: keyFile };
    server = new PostgresServer({ folder, settings });
    ({ url } = await server.start());
  });
  afterAll(async () => {
    await server.stop();
    await Promise.all([authority.remove(), stranger.remove(), rm(folder, { recursive: true, force: true })]);
  });

  const start = (caFile?: string): Promise<RunningService> =>
    startService(notes, {
      DATABASE_URL: url,
      GREETING: 'hello',
      LOG_LEVEL: 'silent',
      ...(caFile === undefined ? {} : { DATABASE_CA_FILE: caFile }),
    });
  const encrypted = async (service: RunningService) => {
    const rows = await service.app
      .get(Database)
      .query<{ ssl: boolean }>('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
    return rows[0]?.ssl;
  };

  it('is spoken to in TLS by a service that is told its authority, and in the clear by one that is not', async () => {
    const [secured, plain] = [await start(authority.caFile), await start()];
    expect(await encrypted(secured)).toBe(true);
    expect(await encrypted(plain)).toBe(false);
    await secured.close();
    await plain.close();
  });

  it('is not spoken to when another authority signed its certificate', async () => {
    await expect(start(stranger.caFile)).rejects.toThrow(/self-signed|unable to verify|certificate/i);
  });

  it('is listened to in TLS as well, and not when another authority signed its certificate', async () => {
    const heard: string[] = [];
    const listener = (caFile: string) =>
      new Listener(
        { url, caFile, channel: 'news', onNotify: (payload) => heard.push(payload) },
        new Clock(),
        createLogger('test', 'silent'),
      );
    const listening = listener(authority.caFile);
    await listening.open();
    const service = await start(authority.caFile);
    await service.app.get(Database).query(`notify news, 'hello'`);
    await eventually(() => expect(heard).toContain('hello'));
    const [row] = await service.app
      .get(Database)
      .query<{ ssl: boolean }>(
        `select ssl from pg_stat_ssl join pg_stat_activity using (pid) where query like 'listen "news"%'`,
      );
    expect(row?.ssl).toBe(true);
    await listening.close();
    await service.close();
    const deceived = listener(stranger.caFile);
    await expect(deceived.open()).rejects.toThrow(/self-signed|unable to verify|certificate/i);
    await deceived.close();
  });
});

describe('a database that asks for a certificate', () => {
  /** The name in the certificates of a test authority, which PostgreSQL takes for that of the role. */
  const ROLE = 'localhost';
  let authority: TestAuthority;
  let folder: string;
  let server: PostgresServer;
  let own: TestCertificate;
  let url: string;

  beforeAll(async () => {
    authority = await TestAuthority.create();
    folder = await mkdtemp(join(tmpdir(), 'berth-postgres-tls-'));
    const certificate = await authority.certificate('postgres');
    await giveToServer(certificate);
    own = await authority.certificate('service');
    const { certFile, keyFile } = certificate;
    const tls = { ssl: 'on', ssl_cert_file: certFile, ssl_key_file: keyFile, ssl_ca_file: authority.caFile };
    server = new PostgresServer({ folder, settings: { fsync: 'off', ...tls } });
    const { url: administrator, port } = await server.start();
    const rules = join(folder, 'data/pg_hba.conf');
    await writeFile(rules, `hostssl all ${ROLE} all cert\n${await readFile(rules, 'utf8')}`);
    const client = new Client({ connectionString: administrator });
    await client.connect();
    for (const sql of [`create role ${ROLE} login`, `create database ${ROLE} owner ${ROLE}`, 'select pg_reload_conf()'])
      await client.query(sql);
    await client.end();
    url = `postgres://${ROLE}@127.0.0.1:${port}/${ROLE}`;
  });
  afterAll(async () => {
    await server.stop();
    await Promise.all([authority.remove(), rm(folder, { recursive: true, force: true })]);
  });

  const start = (files: Readonly<Record<string, string>>) =>
    startService(notes, { DATABASE_URL: url, GREETING: 'hello', LOG_LEVEL: 'silent', ...files });
  const files = ({ certFile, keyFile }: TestCertificate) => ({
    ...{ DATABASE_CA_FILE: authority.caFile, DATABASE_CERT_FILE: certFile, DATABASE_KEY_FILE: keyFile },
  });

  it('is opened with it, and without a password', async () => {
    const service = await start(files(own));
    const [row] = await service.app
      .get(Database)
      .query<{ user: string; ssl: boolean }>(
        'select usename as user, ssl from pg_stat_ssl join pg_stat_activity using (pid) where pid = pg_backend_pid()',
      );
    expect(row).toEqual({ user: ROLE, ssl: true });
    await service.close();
  });

  it('is not opened without it, or with one of another authority', async () => {
    await expect(start({ DATABASE_CA_FILE: authority.caFile })).rejects.toThrow(/certificate/);
    const stranger = await TestAuthority.create();
    await expect(start(files(await stranger.certificate('service')))).rejects.toThrow(/alert/);
    await stranger.remove();
  });

  it('is opened with the one that lies there when a connection is made', async () => {
    const stranger = await TestAuthority.create();
    const foreign = await stranger.certificate('service');
    const heard: string[] = [];
    const names = { caFile: authority.caFile, ...foreign };
    const onNotify = (payload: string) => heard.push(payload);
    const listener = new Listener(
      { url, ...names, channel: 'news', onNotify },
      new Clock(),
      createLogger('test', 'silent'),
    );
    await expect(listener.open()).rejects.toThrow(/alert/);
    await copyFile(own.certFile, foreign.certFile);
    await copyFile(own.keyFile, foreign.keyFile);
    await eventually(() => expect(heard).toContain(''));
    await listener.close();
    await stranger.remove();
  });

  it('is nothing that a service begins with half of the files for', async () => {
    const { DATABASE_KEY_FILE, ...half } = files(own);
    await expect(start(half)).rejects.toThrow('three files');
    const { DATABASE_CERT_FILE } = half;
    await expect(start({ DATABASE_CERT_FILE, DATABASE_KEY_FILE })).rejects.toThrow('three files');
  });
});

/** PostgreSQL takes no key that others could read; started by root it runs as the user postgres. */
async function giveToServer({ certFile, keyFile }: TestCertificate): Promise<void> {
  await chmod(dirname(certFile), 0o755);
  if (userInfo().uid !== 0) return;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres']));
  await chown(keyFile, id('-u'), id('-g'));
}
