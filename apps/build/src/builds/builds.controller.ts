import { Access, type Caller, CurrentCaller, notFound, Requires, type Target } from '@berth/access';
import * as api from '@berth/contracts/build';
import { id } from '@berth/contracts/common';
import { Answers, Clock, Database, decodeCursor, sendEventStream, toPage } from '@berth/service-kit';
import { Controller, Get, Headers, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { type Build, hasEnded, withoutCredentials } from './build.js';
import { BuildLogFollower } from './build-log-follower.js';
import { BuildLogsRepository } from './build-logs.repository.js';
import { BuildsRepository } from './builds.repository.js';

@Controller('v1/builds')
export class BuildsController {
  constructor(
    @Inject(BuildsRepository) private readonly builds: BuildsRepository,
    @Inject(BuildLogsRepository) private readonly logs: BuildLogsRepository,
    @Inject(BuildLogFollower) private readonly follower: BuildLogFollower,
    @Inject(Access) private readonly access: Access,
    @Inject(Database) private readonly database: Database,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  @Get()
  @Requires('builds:read')
  @Answers(api.buildPage)
  async list(
    @CurrentCaller() caller: Caller,
    @Query({ schema: api.buildQuery }) query: api.BuildQuery,
  ): Promise<api.BuildPage> {
    const found = await this.builds.list(
      this.database.confined,
      query.workload,
      decodeCursor(query.cursor, 'id'),
      query.limit + 1,
    );
    const [first] = found;
    // Which workloads there are is known elsewhere: one that the caller may not know of has no builds, as one that is not there.
    if (!first || !(await this.access.mayKnow(caller, placeOf(first)))) {
      this.access.tellsNothing(caller);
      return { items: [], next: null };
    }
    await this.access.require(caller, 'builds:read', placeOf(first));
    const page = toPage(found, query.limit, (each) => each.id);
    return { ...page, items: page.items.map(answerOf) };
  }

  @Get(':id')
  @Requires('builds:read')
  @Answers(api.build)
  async show(@CurrentCaller() caller: Caller, @Param('id', { schema: id }) buildId: string): Promise<api.Build> {
    return answerOf(await this.load(caller, buildId));
  }

  @Get(':id/logs')
  @Requires('builds:read')
  @Answers(api.buildLogPage)
  async log(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) buildId: string,
    @Query({ schema: api.buildLogQuery }) query: api.BuildLogQuery,
    @Headers() headers: Record<string, string | undefined>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<api.BuildLogPage | undefined> {
    const build = await this.load(caller, buildId);
    if (!headers.accept?.includes('text/event-stream')) return this.logPage(build, query);
    const after = resumedAfter(headers['last-event-id']) ?? query.after;
    const isOpen = () => this.access.isStillValid(caller);
    const events = (signal: AbortSignal) => this.follower.follow(buildId, after, isOpen, signal);
    await sendEventStream(reply, events, { clock: this.clock, until: caller.tokenExpiresAt });
    return undefined;
  }

  private async logPage(build: Build, { after, limit }: api.BuildLogQuery): Promise<api.BuildLogPage> {
    const items = await this.logs.read(this.database, build.id, after, limit);
    const wasAll = hasEnded(build.status) && items.length < limit;
    return { items, next: wasAll ? null : (items.at(-1)?.sequence ?? after) };
  }

  private async load(caller: Caller, buildId: string): Promise<Build> {
    const build = await this.builds.find(this.database, buildId);
    if (!build) throw notFound();
    await this.access.require(caller, 'builds:read', placeOf(build));
    return build;
  }
}

const placeOf = ({ organizationId, projectId, environmentId }: Build): Target => ({
  organizationId,
  projectId,
  environmentId,
});

function resumedAfter(lastEventId: string | undefined): number | null {
  return lastEventId !== undefined && /^[0-9]{1,9}$/.test(lastEventId) ? Number(lastEventId) : null;
}

const answerOf = (build: Build): api.Build => ({
  ...build,
  source: withoutCredentials(build.source),
  processes: [...build.processes],
  createdAt: build.createdAt.toISOString(),
  startedAt: build.startedAt?.toISOString() ?? null,
  finishedAt: build.finishedAt?.toISOString() ?? null,
});
