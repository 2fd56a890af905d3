import {
  type BaseConfig,
  Clock,
  Database,
  databaseTrust,
  Listener,
  LOGGER,
  type Logger,
  type Tx,
} from '@berth/service-kit';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ACCESS_OPTIONS } from '../access-options.js';
import { type MemberAccess, OrganizationsRepository } from './organizations.repository.js';
import { type PlatformAccess, PlatformRepository } from './platform.repository.js';
import { Waiters } from './waiters.js';

/** NOTIFY channel: the payload is an organization id, or `PLATFORM`. Empty after a reconnection: anything may have changed. */
const CHANNEL = 'berth_access';
const PLATFORM = 'platform';

/** Even a lost notification delays a revocation by no more than this. */
const MAX_AGE_MS = 1_000;

interface Read {
  /** An organization id, or `PLATFORM`. */
  readonly of: string;
}

interface Aged<Value> {
  readonly value: Value;
  readonly at: number;
}

/** What is remembered of one organization. */
interface Remembered {
  readonly members: Map<string, Aged<MemberAccess | undefined>>;
  /** Epoch and version that were seen before anything of it was read; absent: not looked at. */
  readonly since?: string;
}

/** The read copy in this replica's memory, dropped part by part when any replica has changed it. */
@Injectable()
export class AccessCache implements OnModuleInit, OnApplicationShutdown {
  private readonly waiters: Waiters;
  private readonly organizationsKnown = new LRUCache<string, Remembered>({ max: 5_000 });
  private platformState: Aged<PlatformAccess> | undefined;
  /** Reads under way. A drop takes out those of its part: what was read before a change is not remembered after it. */
  private readonly reads = new Set<Read>();
  private readonly listener: Listener;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(ACCESS_OPTIONS) config: BaseConfig,
    @Inject(OrganizationsRepository) private readonly organizations: OrganizationsRepository,
    @Inject(PlatformRepository) private readonly platforms: PlatformRepository,
  ) {
    this.waiters = new Waiters(clock);
    this.listener = new Listener(
      {
        url: config.DATABASE_URL,
        ...databaseTrust(config),
        channel: CHANNEL,
        onNotify: (what) => this.drop(what),
      },
      clock,
      logger,
    );
  }

  async onModuleInit(): Promise<void> {
    await this.listener.open();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.listener.close();
  }

  /** No promise if it is at hand, as nearly always: every request asks. */
  platform(): PlatformAccess | Promise<PlatformAccess> {
    if (this.platformState && this.isFresh(this.platformState)) return this.platformState.value;
    return this.remember(
      PLATFORM,
      () => this.platforms.load(this.database),
      (aged) => (this.platformState = aged),
    );
  }

  /** No promise if it is at hand. */
  member(organizationId: string, subjectId: string): MemberAccess | undefined | Promise<MemberAccess | undefined> {
    const known = this.organizationsKnown.get(organizationId)?.members.get(subjectId);
    if (known && this.isFresh(known)) return known.value;
    return this.remember(
      organizationId,
      () => this.organizations.member(this.database, organizationId, subjectId),
      (aged) => this.remembered(organizationId).members.set(subjectId, aged),
    );
  }

  /**
   * Waits until the organization's access state has reached a version: true, or false after `milliseconds`. What is
   * answered of it afterwards is no older, although the notification of the change may still be on its way here.
   */
  reached(organizationId: string, version: number, milliseconds: number): Promise<boolean> {
    return this.waiters.until(organizationId, milliseconds, async () => {
      const state = await this.organizations.state(this.database, organizationId);
      if (!state || state.awaitingSnapshot || state.version < version) return false;
      this.forgetOlder(organizationId, `${state.epoch}/${state.version}`);
      return true;
    });
  }

  /** The platform's state once it is as it should be, or what it is after `milliseconds`. */
  async platformWhen(holds: (state: PlatformAccess) => boolean, milliseconds: number): Promise<PlatformAccess> {
    const state = await this.platform();
    if (holds(state)) return state;
    await this.waiters.until(PLATFORM, milliseconds, async () => holds(await this.platform()));
    return this.platform();
  }

  /** Tells every replica, this one included, once the transaction has committed. */
  organizationChanged(tx: Tx, organizationId: string): void {
    tx.afterCommit(() => this.announce(organizationId));
  }

  platformChanged(tx: Tx): void {
    tx.afterCommit(() => this.announce(PLATFORM));
  }

  private announce(what: string): void {
    this.drop(what);
    this.database
      .query('select pg_notify($1, $2)', [CHANNEL, what])
      .catch((error: unknown) => this.logger.warn({ err: error }, 'replicas could not be told of an access change'));
  }

  private drop(what: string): void {
    this.forget(what);
    this.waiters.wake(what);
  }

  private forget(what: string): void {
    for (const read of this.reads) if (what === '' || read.of === what) this.reads.delete(read);
    if (what === PLATFORM || what === '') this.platformState = undefined;
    if (what === '') this.organizationsKnown.clear();
    this.organizationsKnown.delete(what);
  }

  private forgetOlder(organizationId: string, since: string): void {
    if (this.organizationsKnown.get(organizationId)?.since === since) return;
    this.forget(organizationId);
    this.organizationsKnown.set(organizationId, { members: new Map(), since });
  }

  private async remember<Value>(
    of: string,
    load: () => Promise<Value>,
    keep: (aged: Aged<Value>) => void,
  ): Promise<Value> {
    const at = this.clock.monotonic();
    const read: Read = { of };
    this.reads.add(read);
    try {
      const value = await load();
      if (this.reads.has(read)) keep({ value, at });
      return value;
    } finally {
      this.reads.delete(read);
    }
  }

  private remembered(organizationId: string): Remembered {
    const known = this.organizationsKnown.get(organizationId) ?? { members: new Map() };
    this.organizationsKnown.set(organizationId, known);
    return known;
  }

  private isFresh = ({ at }: Aged<unknown>): boolean => this.clock.monotonic() - at < MAX_AGE_MS;
}
