import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CloudEvent } from '@berth/contracts/events';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the tool that starts Kafka is no library
import { type KafkaNode, startKafka } from '../../../../tools/kafka/kafka.mjs';
import { freePort } from '../support/berth-process.js';
import { readAllTopics } from '../support/kafka-events.js';
import type { Credentials, Platform, ServiceName } from '../support/platform.js';
import { ServiceProcess } from '../support/service-process.js';
import { TestPostgres } from '../support/test-postgres.js';
import { environmentsOf, partNames, type PartName } from './environments.js';

const listens = /"ready":true|the gateway listens|the agent is ready/;

/** Six processes, Kafka and PostgreSQL: nothing of the embedded composition, nothing told but by environment. */
export class SeparatePlatform implements Platform {
  private constructor(
    readonly folder: string,
    readonly url: string,
    readonly kafka: KafkaNode,
    readonly postgres: TestPostgres,
    private readonly credentials: Credentials,
    private readonly parts: Readonly<Record<PartName, ServiceProcess>>,
  ) {}

  static async start(): Promise<SeparatePlatform> {
    const folder = await mkdtemp(join(tmpdir(), 'berth-separate-'));
    // Apps and builds run as other users, who pass through.
    await chmod(folder, 0o711);
    const [kafka, postgres] = await Promise.all([startKafka(), TestPostgres.start()]);
    const administrator = { email: 'admin@example.com', password: randomBytes(12).toString('base64url') };
    const ports = await portsOf(partNames);
    const told = environmentsOf({ folder, ports, brokers: kafka.brokers, postgres, administrator });
    const parts = Object.fromEntries(
      partNames.map((name) => [name, new ServiceProcess(name, told[name], listens)]),
    ) as Record<PartName, ServiceProcess>;
    const url = `http://127.0.0.1:${ports.gateway}`;
    const platform = new SeparatePlatform(folder, url, kafka, postgres, administrator, parts);
    try {
      await Promise.all(partNames.map((name) => parts[name].start()));
    } catch (error) {
      await platform.stopAndRemove();
      throw error;
    }
    return platform;
  }

  part(name: PartName): ServiceProcess {
    return this.parts[name];
  }

  get everything(): string {
    return partNames.map((name) => this.parts[name].output).join('\n');
  }

  administrator(): Credentials {
    return this.credentials;
  }

  databaseUrl(service: ServiceName): string {
    return this.postgres.urlOf(service);
  }

  events(): Promise<CloudEvent[]> {
    return readAllTopics(this.kafka.brokers);
  }

  async stopAndRemove(): Promise<void> {
    // The gateway last: what ends drains through it.
    for (const name of partNames.toReversed()) await this.parts[name].stop();
    await Promise.all([this.postgres.remove(), this.kafka.stop()]);
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function portsOf(names: readonly PartName[]): Promise<Record<PartName, number>> {
  const ports: [PartName, number][] = [];
  for (const name of names) ports.push([name, await freePort()]);
  return Object.fromEntries(ports) as Record<PartName, number>;
}
