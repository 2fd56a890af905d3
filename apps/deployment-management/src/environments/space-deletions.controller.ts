import { Access, type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId, type Page, type PageQuery, pageQuery } from '@berth/contracts/common';
import { type SpaceDeletion, spaceDeletionPage } from '@berth/contracts/deployment';
import { Answers, Database, toPage } from '@berth/service-kit';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { EndingSpacesRepository } from './ending-spaces.repository.js';

/** Deleted environments of which something is left on a cluster, and what holds them up. */
@Controller('v1/clusters')
export class SpaceDeletionsController {
  constructor(
    private readonly environments: EndingSpacesRepository,
    private readonly access: Access,
    private readonly database: Database,
  ) {}

  @Get(':id/deletions')
  @Requires('clusters:read')
  @Answers(spaceDeletionPage)
  async listSpaceDeletions(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<Page<SpaceDeletion>> {
    this.access.requireOnPlatform(caller, 'clusters:read');
    const rows = await this.environments.list(this.database.confined, id, query);
    return toPage(rows, query.limit, ({ environmentId }) => environmentId);
  }
}
