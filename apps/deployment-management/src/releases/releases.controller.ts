import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId, type Page } from '@berth/contracts/common';
import { type Release, release, releasePage, type ReleaseQuery, releaseQuery } from '@berth/contracts/deployment';
import { Answers, Database, toPage } from '@berth/service-kit';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { notFound } from '../not-found.js';
import { WorkloadAccess } from '../workloads/workload-access.js';
import { ReleasesRepository } from './releases.repository.js';

@Controller('v1/releases')
export class ReleasesController {
  constructor(
    private readonly database: Database,
    private readonly workloads: WorkloadAccess,
    private readonly releases: ReleasesRepository,
  ) {}

  @Get()
  @Requires('releases:read')
  @Answers(releasePage)
  async listReleases(
    @CurrentCaller() caller: Caller,
    @Query({ schema: releaseQuery }) query: ReleaseQuery,
  ): Promise<Page<Release>> {
    await this.workloads.require(caller, query.workload, 'releases:read');
    return toPage(await this.releases.list(this.database.confined, query), query.limit, (each) => String(each.number));
  }

  @Get(':id')
  @Requires('releases:read')
  @Answers(release)
  async getRelease(@CurrentCaller() caller: Caller, @Param('id', { schema: objectId }) id: string): Promise<Release> {
    const found = await this.releases.find(this.database, id);
    if (!found) throw notFound();
    await this.workloads.require(caller, found.workloadId, 'releases:read');
    return found;
  }
}
