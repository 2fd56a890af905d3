import { randomUUID } from 'node:crypto';
import { TestIdentity } from '@berth/access/testing';
import {
  type Allocation,
  type AllocationEntry,
  type CloudEvent,
  type DataOf,
  type EventDefinition,
  workloadAllocationChanged,
  workloadAllocationHeartbeat,
  workloadAllocationSnapshot,
} from '@berth/contracts/events';
import { EVENT_BUS, type EventBus } from '@berth/eventing';
import { Clock, Rounds } from '@berth/service-kit';
import { expect } from '@jest/globals';
import { eventually, startTestService, type TestService } from '@berth/testing';
import { Conservation } from '../../src/conservation/conservation.js';
import { metering } from '../../src/index.js';
import { HeldRounds } from './held-rounds.js';
import { SpansService } from '../../src/spans/spans.service.js';
import type { Told } from '../../src/spans/telling.js';

export const startOfTest = Date.UTC(2026, 10, 10, 12);
/** Milliseconds after noon of 10 November 2026. */
export const instantAt = (milliseconds: number): string => new Date(startOfTest + milliseconds).toISOString();

/** Stands still at noon of 20 November 2026 until a test moves it. */
export class HeldClock extends Clock {
  held = new Date(Date.UTC(2026, 10, 20, 12));

  override now(): Date {
    return this.held;
  }
}

export interface Place {
  readonly organizationId: string;
  readonly projectId: string;
  readonly environmentId: string;
  readonly appId: string;
  readonly workloadId: string;
}

export const somewhere = (place: Partial<Place> = {}): Place => ({
  organizationId: randomUUID(),
  projectId: randomUUID(),
  environmentId: randomUUID(),
  appId: randomUUID(),
  workloadId: randomUUID(),
  ...place,
});

const nowhere = somewhere();

export const web: AllocationEntry = {
  cluster: 'local',
  release: 1,
  processType: 'web',
  instances: 1,
  cpuMillicores: 250,
  memoryMib: 256,
};

/** As deployment-management tells it. */
export const eventOf = <D extends EventDefinition>(
  definition: D,
  subject: string,
  data: DataOf<D>,
  epoch: number,
): CloudEvent => ({
  specversion: '1.0',
  id: randomUUID(),
  source: '/berth/deployment-management',
  type: definition.type,
  subject,
  time: instantAt(0),
  datacontenttype: 'application/json',
  partitionkey: subject,
  aggregateversion: 1,
  epoch,
  data: definition.data.parse(data),
});

interface Change {
  readonly version: number;
  readonly at: number;
  readonly entries: readonly AllocationEntry[];
  readonly epoch?: number;
}

const allocationAt = (place: Place, { version, at, entries }: Change): Allocation => ({
  ...place,
  allocationVersion: version,
  effectiveAt: instantAt(at),
  entries: [...entries],
});

export const changed = (place: Place, change: Change): CloudEvent =>
  eventOf(workloadAllocationChanged, place.workloadId, allocationAt(place, change), change.epoch ?? 0);

export const snapshot = (place: Place, change: Change): CloudEvent =>
  eventOf(workloadAllocationSnapshot, place.workloadId, allocationAt(place, change), change.epoch ?? 0);

export const heartbeat = (place: Place, version: number, at: number): CloudEvent => {
  const { workloadId, organizationId } = place;
  const data = { workloadId, organizationId, allocationVersion: version, confirmedAt: instantAt(at) };
  return eventOf(workloadAllocationHeartbeat, workloadId, data, 0);
};

export class Crash extends Error {}

const YEARS = 100_000_000;

const heldBy = (clock: HeldClock, rounds: HeldRounds) =>
  [
    [Clock, clock],
    [Rounds, rounds],
  ] as const;

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** The real service on a database and a bus of its own, with what deployment-management would tell it. */
export class MeteringApp {
  private markers = 0;

  private constructor(
    readonly service: TestService,
    readonly identity: TestIdentity,
    readonly clock: HeldClock,
    readonly rounds: HeldRounds,
  ) {}

  static async start(environment: Readonly<Record<string, string>> = {}): Promise<MeteringApp> {
    const clock = new HeldClock();
    const rounds = new HeldRounds(clock);
    const service = await startTestService(metering, { environment, overrides: heldBy(clock, rounds) });
    return new MeteringApp(service, await TestIdentity.create(service.database), clock, rounds);
  }

  /** Another process of the service on the same database. */
  replica(more: Readonly<Record<string, string>> = {}): Promise<TestService> {
    const environment = { ...more, DATABASE_URL: this.service.databaseUrl };
    return startTestService(metering, { environment, overrides: heldBy(this.clock, new HeldRounds(this.clock)) });
  }

  /** Whatever a test did, usage is conserved. */
  async close(): Promise<void> {
    const drifts = await this.service.app.get(Conservation, { strict: false }).check();
    await this.service.close();
    expect(drifts).toEqual([]);
  }

  get database() {
    return this.service.database;
  }

  /** What this service has told about `subject`, published or not yet. */
  async told(subject: string): Promise<CloudEvent[]> {
    const rows = await this.database.query<{ event: string }>(
      `select event::text from outbox where topic = 'berth.metering'
        union select event::text from berth_bus.message where topic = 'berth.metering'`,
    );
    const events = new Map(rows.map((row) => JSON.parse(row.event) as CloudEvent).map((each) => [each.id, each]));
    return [...events.values()]
      .filter((event) => event.subject === subject)
      .sort((a, b) => a.aggregateversion - b.aggregateversion);
  }

  /** Accepts a run of events at once. It is undone, as if the process had ended before the commit, when it `crashes`. */
  accept(events: readonly CloudEvent[], { crashes = false } = {}): Promise<void> {
    const spans = this.service.app.get(SpansService, { strict: false });
    return this.database.transaction(async (tx) => {
      await spans.accept(tx, events as readonly Told[]);
      if (crashes) throw new Crash();
    });
  }

  /** Publishes and resolves when all of them were handled. */
  tell(...events: readonly CloudEvent[]): Promise<void> {
    return this.tellAs('test', ...events);
  }

  /** Of one partition key. A dead letter parks its key, and the marker with it. */
  async tellAs(key: string, ...events: readonly CloudEvent[]): Promise<void> {
    const marker = heartbeat(nowhere, ++this.markers, -startOfTest);
    const messages = [...events, marker].map((event) => ({
      topic: 'berth.deployment-management',
      // One key for all of them: the marker is the last to be handled.
      key,
      event,
    }));
    await this.service.app.get<EventBus>(EVENT_BUS).publish(messages);
    const isHandled = async () => {
      const rows = await this.database.query(
        `select from metered_workload where workload_id = $1 and seen_version >= $2
          union all select from dead_letter where id = $3`,
        [nowhere.workloadId, this.markers, marker.id],
      );
      if (rows.length === 0) throw new Error('not handled yet');
    };
    await eventually(isHandled, { within: 50_000 });
  }

  call(path: string, token?: string, body?: object): Promise<Answer> {
    return this.send(body ? 'POST' : 'GET', path, token, body);
  }

  patch(path: string, token: string, body: object): Promise<Answer> {
    return this.send('PATCH', path, token, body);
  }

  remove(path: string, token: string): Promise<Answer> {
    return this.send('DELETE', path, token);
  }

  put(path: string, token: string, body: object): Promise<Answer> {
    return this.send('PUT', path, token, body);
  }

  private async send(method: string, path: string, token?: string, body?: object): Promise<Answer> {
    const headers = {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body ? { 'content-type': 'application/json' } : {}),
    };
    const init = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) };
    const response = await fetch(`${this.service.url}${path}`, init);
    const text = await response.text();
    return { status: response.status, body: JSON.parse(text || '{}') as Record<string, unknown> };
  }

  /** A viewer of a new organization; the token lasts for years, because tests go ahead in time. */
  async viewer(organizationId: string): Promise<string> {
    const subjectId = randomUUID();
    await this.identity.organization({ id: organizationId });
    await this.identity.member(organizationId, 'viewer', { subjectId });
    return this.identity.token({ subjectId, expiresIn: YEARS });
  }

  administrator(): Promise<string> {
    return this.identity.token({ administrator: true, expiresIn: YEARS });
  }
}
