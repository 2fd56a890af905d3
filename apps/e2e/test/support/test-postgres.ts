import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, PostgresServer } from '@berth/local-postgres';
import { type ServiceName, serviceNames } from './platform.js';
import { onDatabase } from './stored.js';

/** A PostgreSQL server with a database and a role for each service, and for the embedded bus. */
export class TestPostgres {
  private constructor(
    private readonly folder: string,
    private readonly server: PostgresServer,
    private readonly port: number,
    private readonly password: string,
    private readonly adminUrl: string,
  ) {}

  static async start(): Promise<TestPostgres> {
    const folder = await mkdtemp(join(tmpdir(), 'berth-separate-postgres-'));
    const port = await freePort();
    const settings = { fsync: 'off', full_page_writes: 'off', max_connections: '300' };
    const server = new PostgresServer({ folder, port, settings });
    const { url } = await server.start();
    const password = randomBytes(12).toString('hex');
    await onDatabase(url, async (admin) => {
      for (const name of [...serviceNames, 'bus' as const].map(databaseOf)) {
        await admin.query(`create role ${name} login password '${password}'`);
        await admin.query(`create database ${name} owner ${name}`);
        await admin.query(`revoke connect on database ${name} from public`);
      }
    });
    return new TestPostgres(folder, server, port, password, url);
  }

  urlOf(service: ServiceName | 'bus'): string {
    const name = databaseOf(service);
    return `postgres://${name}:${this.password}@127.0.0.1:${this.port}/${name}`;
  }

  /** Immediate shutdown, as after a crash, and back on the same port with what was committed. */
  async restartImmediately(): Promise<void> {
    await this.server.stop('SIGQUIT');
    await this.server.start();
  }

  /** Copies a database that nobody is connected to. */
  async backUp(service: ServiceName): Promise<void> {
    const name = databaseOf(service);
    await onDatabase(this.adminUrl, (admin) => admin.query(`create database ${name}_backup template ${name}`));
  }

  /** Takes it back to that copy. */
  async restore(service: ServiceName): Promise<void> {
    const name = databaseOf(service);
    await onDatabase(this.adminUrl, async (admin) => {
      await admin.query(`drop database ${name}`);
      await admin.query(`create database ${name} template ${name}_backup owner ${name}`);
    });
  }

  async remove(): Promise<void> {
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

const databaseOf = (service: ServiceName | 'bus'): string => service.replaceAll('-', '_');
