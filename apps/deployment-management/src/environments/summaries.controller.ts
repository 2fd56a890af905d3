import { Access, type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId } from '@berth/contracts/common';
import { type SummaryQuery, summaryQuery, type WorkloadSummary, workloadSummary } from '@berth/contracts/deployment';
import { Answers, Database } from '@berth/service-kit';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { EnvironmentsService } from './environments.service.js';
import { SummariesRepository } from './summaries.repository.js';

/** How many workloads work, are degraded, failed, stopped. */
@Controller('v1/environments')
export class SummariesController {
  constructor(
    private readonly environments: EnvironmentsService,
    private readonly summaries: SummariesRepository,
    private readonly access: Access,
    private readonly database: Database,
  ) {}

  /** Of a whole organization. */
  @Get('summary')
  @Requires('workloads:read')
  @Answers(workloadSummary)
  async summarizeEnvironments(
    @CurrentCaller() caller: Caller,
    @Query({ schema: summaryQuery }) { organization }: SummaryQuery,
  ): Promise<WorkloadSummary> {
    await this.access.require(caller, 'workloads:read', { organizationId: organization });
    return this.summaries.summary(this.database.confined, 'organization', organization);
  }

  @Get(':id/summary')
  @Requires('workloads:read')
  @Answers(workloadSummary)
  async summarizeEnvironment(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
  ): Promise<WorkloadSummary> {
    await this.environments.get(caller, id, 'workloads:read');
    return this.summaries.summary(this.database.confined, 'environment', id);
  }
}
