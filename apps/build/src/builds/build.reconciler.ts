import {
  LeaseLost,
  type Outcome,
  type ReconcileContext,
  type Reconciler,
  ReconcileRunner,
  settled,
} from '@berth/reconcile';
import { Clock, CONFIG, maskFor, type Tx } from '@berth/service-kit';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { BuildConfig } from '../config.js';
import { lockBlob } from '../artifacts/blob-lock.js';
import type { Build } from './build.js';
import { BuildFailure, failureOf, isFullDisk, storageFull } from './build-failure.js';
import { BuildLogWriter } from './build-log-writer.js';
import { BuildLogsRepository } from './build-logs.repository.js';
import { type BuildProgress, type BuildResult, type BuildTools, runBuild } from './build-run.js';
import { buildQueue } from '../quotas/build-slots.js';
import { BuildsService } from './builds.service.js';

export const BUILD_TOOLS = Symbol('berth.build-tools');

/** The build was cancelled or ended by its deadline while it ran: nothing is left to do or to write. */
class BuildEnded extends Error {}

const attemptsBeforeGivingUp = 3;
const evidenceLines = 30;

/** Takes a build from its first to its last phase. A run that was cut off is repeated from the start. */
@Injectable()
export class BuildReconciler implements Reconciler, OnModuleInit {
  constructor(
    @Inject(BuildsService) private readonly builds: BuildsService,
    @Inject(BuildLogsRepository) private readonly logs: BuildLogsRepository,
    @Inject(BUILD_TOOLS) private readonly tools: BuildTools,
    @Inject(ReconcileRunner) private readonly runner: ReconcileRunner,
    @Inject(CONFIG) private readonly config: BuildConfig,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    if (this.config.ROLE !== 'api') await this.tools.executor.recover();
    const { BUILD_CONCURRENCY: concurrency, BUILD_LEASE_SECONDS: leaseSeconds } = this.config;
    this.runner.register(buildQueue, this, { concurrency, leaseSeconds });
  }

  async reconcile(id: string, context: ReconcileContext): Promise<Outcome> {
    const started = await context.transaction((tx) => this.builds.start(tx, id));
    if (!started) return settled;
    const { build, isRestart } = started;
    const log = await this.openLog(build, context);
    if (isRestart) await log.add(['The build was cut off and starts over.']);
    try {
      const result = await runBuild(build, this.tools, this.progressOf(build, context, log));
      await log.flush();
      await context.transaction((tx) => this.succeed(tx, build, result));
    } catch (error) {
      await this.endWith(error, build, context, log);
    }
    // What it throws is retried by a run that finds the build ended.
    await this.tools.tidy();
    return settled;
  }

  /** The deadline passed, and the worker, if there is one, has lost the build: say so, with what the log holds. */
  async overdue(id: string, _deadline: string, tx: Tx): Promise<void> {
    const tail = await this.logs.tail(tx, id, evidenceLines);
    const failure = new BuildFailure(
      'timeout',
      'The build took longer than its deadline allows.',
      'Make the build faster, or allow it more time in the settings of the app.',
    );
    await this.builds.timeOut(tx, id, failureOf(failure, tail, asMasked));
  }

  private async succeed(tx: Tx, build: Build, result: BuildResult): Promise<void> {
    const { artifact, reused, reuseKey, plan } = result;
    const { artifacts, blobs } = this.tools;
    await lockBlob(tx, artifact.digest);
    // Nobody needed it a moment ago, and it was removed: the next run builds it anew.
    if (!(await blobs.has(artifact.digest))) throw new Error(`The artifact ${artifact.digest} was removed.`);
    if (!reused) await artifacts.remember(tx, reuseKey, build.appId, artifact, this.clock.now());
    await this.builds.succeed(tx, build.id, { artifact, reused, language: plan.language, processes: plan.processes });
  }

  private async endWith(error: unknown, build: Build, context: ReconcileContext, log: BuildLogWriter): Promise<void> {
    if (error instanceof BuildEnded) return;
    if (error instanceof LeaseLost || context.signal.aborted) throw error;
    const failure = this.understood(error, context.attempt);
    if (!failure) throw error;
    const told = failureOf(failure, log.tail, maskOf(build));
    await log.add([told.message, told.nextStep]);
    await log.flush();
    await context.transaction((tx) => this.builds.fail(tx, build.id, told));
  }

  /** Null: an outage or a bug, worth another try. */
  private understood(error: unknown, attempt: number): BuildFailure | null {
    if (error instanceof BuildFailure) return error;
    if (isFullDisk(error)) return storageFull();
    if (attempt < attemptsBeforeGivingUp) return null;
    return new BuildFailure(
      'internal',
      'The platform failed to build this.',
      'Deploy again, or tell an administrator.',
    );
  }

  private progressOf(build: Build, context: ReconcileContext, log: BuildLogWriter): BuildProgress {
    return {
      log,
      signal: context.signal,
      measure: (milliseconds) => context.transaction((tx) => this.builds.measure(tx, build.id, milliseconds)),
      advance: async (status, change = {}) => {
        const open = await context.transaction((tx) => this.builds.advance(tx, build.id, status, change));
        if (!open) throw new BuildEnded(build.id);
      },
      findReusable: (keyOf) =>
        context.transaction(async (tx) => {
          const { artifacts } = this.tools;
          const key = keyOf(await artifacts.secret(tx));
          return { key, artifact: await artifacts.findReusable(tx, key) };
        }),
    };
  }

  private async openLog(build: Build, context: ReconcileContext): Promise<BuildLogWriter> {
    const first = await context.transaction((tx) => this.logs.next(tx, build.id));
    const log = new BuildLogWriter({
      first,
      maxBytes: this.config.LOG_MAX_BYTES,
      mask: maskOf(build),
      store: (from, lines) =>
        context.transaction((tx) => this.logs.append(tx, build.id, from, lines, this.clock.now())),
      clock: this.clock,
    });
    return log;
  }
}

const maskOf = (build: Build) => maskFor(Object.values(build.settings.variables));
/** For lines of the stored log, which were masked when they were stored. */
const asMasked = (text: string): string => text;
