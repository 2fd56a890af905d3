import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { type BaseConfig, Clock, Database, databaseTrust, Listener, LOGGER, type Logger } from '@berth/service-kit';
import { DataSource } from 'typeorm';
import { DeadlinesRepository } from './deadlines.repository.js';
import { LeasesRepository } from './leases.repository.js';
import { addMetricsSource } from './metrics.js';
import { QueueLoop } from './queue-loop.js';
import { Reaper } from './reaper.js';
import { type ReconcileOptions, type Reconciler, resolveOptions, type ResolvedOptions } from './reconciler.js';
import { WakeBus, wakeChannel } from './wake-bus.js';
import { WorkQueue } from './work-queue.js';

export const RECONCILE_CONFIG = Symbol('berth.reconcile.config');

const pollMilliseconds = 1_000;
const graceMilliseconds = 5_000;
const ownConnections = 4;

interface Registration {
  readonly reconciler: Reconciler;
  readonly options: ResolvedOptions;
  loop: QueueLoop | undefined;
}

/** Everything that runs while the runner does. */
interface Running {
  readonly database: Database;
  readonly leases: LeasesRepository;
  readonly reaper: Reaper;
  readonly endings: (() => unknown)[];
}

/** Runs the loops of the registered queues, in processes whose role is `worker` or `both`. */
@Injectable()
export class ReconcileRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly registrations = new Map<string, Registration>();
  private running: Running | undefined;
  private polling: Promise<void> | undefined;

  constructor(
    @Inject(RECONCILE_CONFIG) private readonly config: BaseConfig,
    @Inject(Database) private readonly database: Database,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(WakeBus) private readonly bus: WakeBus,
    @Inject(WorkQueue) private readonly queue: WorkQueue,
  ) {}

  /** Call it in `onModuleInit`. One reconciler per queue. */
  register(queue: string, reconciler: Reconciler, options: ReconcileOptions = {}): void {
    if (this.registrations.has(queue)) throw new Error(`queue ${queue} already has a reconciler`);
    const registration = { reconciler, options: resolveOptions(options), loop: undefined };
    this.registrations.set(queue, registration);
    if (!this.running) return;
    this.startLoop(queue, registration, this.running.leases);
    this.wake(queue);
  }

  /** Looks for due keys of `queue` now. Enqueueing does it by itself after the commit. */
  wake(queue: string): void {
    this.registrations.get(queue)?.loop?.wake();
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.ROLE === 'api' || this.running) return;
    const database = await this.openOwnPool();
    const leases = new LeasesRepository(database);
    const deadlines = new DeadlinesRepository(database);
    const reaper = this.reaperOn(database, deadlines);
    this.running = { database, leases, reaper, endings: [] };
    for (const [queue, registration] of this.registrations) this.startLoop(queue, registration, leases);
    this.running.endings.push(
      this.bus.subscribe((signal) => this.onSignal(signal.queue, signal.key)),
      addMetricsSource({
        overdue: () => deadlines.countOverdue(this.clock.now()),
        depths: () => deadlines.countDue([...this.registrations.keys()]),
        blocked: () => leases.countBlocked([...this.registrations.keys()]),
      }),
      this.clock.every(pollMilliseconds, () => this.poll()),
    );
    this.listen(this.running);
    this.poll();
  }

  async onModuleDestroy(): Promise<void> {
    const running = this.running;
    if (!running) return;
    this.running = undefined;
    for (const end of running.endings) await end();
    const loops = [...this.registrations.values()].map((each) => each.loop);
    await Promise.all(loops.map((loop) => loop?.stop(graceMilliseconds)));
    await this.polling;
    await running.reaper.stop();
    await running.database.dataSource.destroy();
  }

  /** Heartbeats, claims and the reaper never wait for a connection that a reconciler holds. */
  private async openOwnPool(): Promise<Database> {
    const options = { ...this.database.dataSource.options, poolSize: ownConnections } as never;
    return new Database(await new DataSource(options).initialize());
  }

  private reaperOn(database: Database, deadlines: DeadlinesRepository): Reaper {
    const { queue, clock, logger } = this;
    const reconcilerOf = (name: string) => this.registrations.get(name)?.reconciler;
    return new Reaper({ database, deadlines, queue, clock, logger, reconcilerOf });
  }

  private startLoop(queue: string, registration: Registration, leases: LeasesRepository): void {
    const { database, clock, logger } = this;
    const { reconciler, options } = registration;
    registration.loop = new QueueLoop({ queue, reconciler, options, leases, database, clock, logger });
    registration.loop.start();
  }

  private onSignal(queue: string, key: string | undefined): void {
    const loop = this.registrations.get(queue)?.loop;
    loop?.wake();
    if (key !== undefined) loop?.check(key);
  }

  private listen(running: Running): void {
    const onNotify = (payload: string) => this.bus.receive(payload);
    const options = { url: this.config.DATABASE_URL, ...databaseTrust(this.config), channel: wakeChannel, onNotify };
    const listener = new Listener(options, this.clock, this.logger);
    running.endings.push(() => listener.close());
    listener
      .open()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'cannot listen for work; polling goes on'));
  }

  /** The safety net under the signals: cheap however many keys are settled. */
  private poll(): void {
    this.polling ??= this.lookAround().finally(() => (this.polling = undefined));
  }

  private async lookAround(): Promise<void> {
    const running = this.running;
    if (!running) return;
    const queues = [...this.registrations.keys()];
    try {
      await running.reaper.reap(queues);
      await running.leases.returnExpired();
      for (const { queue, seconds } of await running.leases.nextDue(queues)) this.wakeIn(queue, seconds);
    } catch (error) {
      this.logger.warn({ err: error }, 'looking for due work failed');
    }
  }

  private wakeIn(queue: string, seconds: number): void {
    if (seconds <= 0) this.wake(queue);
    else if (seconds * 1000 < pollMilliseconds) this.clock.after(seconds * 1000 + 1, () => this.wake(queue));
  }
}
