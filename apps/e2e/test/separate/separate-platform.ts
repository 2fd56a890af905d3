import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CloudEvent } from '@berth/contracts/events';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the tool that starts Kafka is no library
import { type KafkaNode, startKafka } from '../../../../tools/kafka/kafka.mjs';
import { freePorts } from '../support/berth-process.js';
import { readAllTopics } from '../support/kafka-events.js';
import { type Credentials, type Platform, type ServiceName, serviceNames } from '../support/platform.js';
import { ServiceProcess } from '../support/service-process.js';
import { eventsOnBus } from '../support/stored.js';
import { TestPostgres } from '../support/test-postgres.js';
import { Balancer } from './balancer.js';
import { environmentsOf, partNames, type PartName, type Variables } from './environments.js';

const MOST_ATTEMPTS = 3;
const listens = /"ready":true|the gateway listens|the agent is ready/;

export interface SeparateOptions {
  /** What single parts are told beside or instead of the usual. */
  readonly told?: Partial<Record<PartName, Variables>>;
  /** A second process of each service; requests go to either. */
  readonly isReplicated?: boolean;
  /** Default: Kafka. */
  readonly bus?: 'kafka' | 'embedded';
  /** Default: all of them. */
  readonly parts?: readonly PartName[];
}

/** A process for each part, Kafka and PostgreSQL: nothing of the embedded composition, nothing told but by environment. */
export class SeparatePlatform implements Platform {
  /** The second replica of each service, where there is one. */
  readonly replicas: ServiceProcess[] = [];
  private readonly balancers: Balancer[] = [];

  private constructor(
    readonly folder: string,
    readonly url: string,
    private readonly broker: KafkaNode | null,
    readonly postgres: TestPostgres,
    private readonly credentials: Credentials,
    private readonly parts: Readonly<Partial<Record<PartName, ServiceProcess>>>,
  ) {}

  /** Between drawing a port and listening on it, another run of tests may take it: then all are drawn anew. */
  static async start(options: SeparateOptions = {}): Promise<SeparatePlatform> {
    for (let attempt = 1; ; attempt++)
      try {
        return await SeparatePlatform.startOn(options);
      } catch (error) {
        if (attempt === MOST_ATTEMPTS || !String(error).includes('EADDRINUSE')) throw error;
      }
  }

  private static async startOn(options: SeparateOptions): Promise<SeparatePlatform> {
    const { told = {}, isReplicated = false, bus = 'kafka', parts: wanted = partNames } = options;
    const folder = await mkdtemp(join(tmpdir(), 'berth-separate-'));
    // Apps and builds run as other users, who pass through.
    await chmod(folder, 0o711);
    const [broker, postgres] = await Promise.all([bus === 'kafka' ? startKafka() : null, TestPostgres.start()]);
    const administrator = { email: 'admin@example.com', password: randomBytes(12).toString('base64url') };
    const ports = await portsOf(partNames);
    const environments = environmentsOf({ folder, ports, brokers: broker?.brokers, postgres, administrator, told });
    const parts = Object.fromEntries(
      wanted.map((name) => [name, new ServiceProcess(name, environments[name], listens)]),
    ) as Partial<Record<PartName, ServiceProcess>>;
    const url = `http://127.0.0.1:${ports.gateway}`;
    const platform = new SeparatePlatform(folder, url, broker, postgres, administrator, parts);
    try {
      if (isReplicated) await platform.replicate(environments, ports);
      await Promise.all([...Object.values(platform.parts), ...platform.replicas].map((part) => part.start()));
    } catch (error) {
      await platform.stopAndRemove();
      throw error;
    }
    return platform;
  }

  part(name: PartName): ServiceProcess {
    const part = this.parts[name];
    if (!part) throw new Error(`This platform was started without ${name}.`);
    return part;
  }

  get kafka(): KafkaNode {
    if (!this.broker) throw new Error('This platform was started without Kafka.');
    return this.broker;
  }

  get everything(): string {
    return [...Object.values(this.parts), ...this.replicas].map(({ output }) => output).join('\n');
  }

  administrator(): Credentials {
    return this.credentials;
  }

  databaseUrl(service: ServiceName): string {
    return this.postgres.urlOf(service);
  }

  async events(): Promise<CloudEvent[]> {
    return this.broker ? readAllTopics(this.broker.brokers) : eventsOnBus(this.postgres.urlOf('bus'));
  }

  async stopAndRemove(): Promise<void> {
    for (const replica of this.replicas) await replica.stop();
    // The gateway last: what ends drains through it.
    for (const name of partNames.toReversed()) await this.parts[name]?.stop();
    for (const balancer of this.balancers) balancer.close();
    await Promise.all([this.postgres.remove(), this.broker?.stop()]);
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Puts two processes behind the port of each service that the gateway knows. */
  private async replicate(
    environments: Readonly<Record<PartName, Variables>>,
    ports: Readonly<Record<PartName, number>>,
  ): Promise<void> {
    for (const name of serviceNames) {
      const own = await portsOf(['first', 'second']);
      const told = (port: number) => ({ ...environments[name], PORT: String(port) });
      this.part(name).tell(told(own.first));
      // Folders of builds belong to one process; blobs are shared.
      const folders: Variables = name === 'build' ? { DATA_FOLDER: join(this.folder, 'builds-2') } : {};
      this.replicas.push(new ServiceProcess(`${name}-2`, { ...told(own.second), ...folders }, listens));
      const balancer = new Balancer([own.first, own.second]);
      this.balancers.push(balancer);
      await balancer.listen(ports[name]);
    }
  }
}

async function portsOf<Name extends string>(names: readonly Name[]): Promise<Record<Name, number>> {
  const ports = await freePorts(names.length);
  return Object.fromEntries(names.map((name, index) => [name, ports[index]])) as Record<Name, number>;
}
