import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { PostgresServer } from '@berth/local-postgres';
import { eventually, TestAuthority, type TestCertificate } from '@berth/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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

/** PostgreSQL takes no key that others could read; started by root it runs as the user postgres. */
async function giveToServer({ certFile, keyFile }: TestCertificate): Promise<void> {
  await chmod(dirname(certFile), 0o755);
  if (userInfo().uid !== 0) return;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres']));
  await chown(keyFile, id('-u'), id('-g'));
}
