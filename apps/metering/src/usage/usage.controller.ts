import { type Caller, CurrentCaller, Requires } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import {
  type Running,
  running,
  type RunningQuery,
  runningQuery,
  type Usage,
  usage,
  type UsageAnomaly,
  usageAnomalyPage,
  type UsageAnomalyQuery,
  usageAnomalyQuery,
  type UsageQuery,
  usageQuery,
  type UsageSeries,
  usageSeries,
  type UsageSeriesQuery,
  usageSeriesQuery,
} from '@berth/contracts/metering';
import { Answers } from '@berth/service-kit';
import { Controller, Get, Query } from '@nestjs/common';
import { UsageService } from './usage.service.js';

@Controller('v1/usage')
export class UsageController {
  constructor(private readonly usages: UsageService) {}

  @Get()
  @Requires('usage:read')
  @Answers(usage)
  readUsage(@CurrentCaller() caller: Caller, @Query({ schema: usageQuery }) query: UsageQuery): Promise<Usage> {
    return this.usages.read(caller, query);
  }

  @Get('series')
  @Requires('usage:read')
  @Answers(usageSeries)
  readUsageSeries(
    @CurrentCaller() caller: Caller,
    @Query({ schema: usageSeriesQuery }) query: UsageSeriesQuery,
  ): Promise<UsageSeries> {
    return this.usages.series(caller, query);
  }

  @Get('running')
  @Requires('usage:read')
  @Answers(running)
  readRunning(@CurrentCaller() caller: Caller, @Query({ schema: runningQuery }) query: RunningQuery): Promise<Running> {
    return this.usages.running(caller, query);
  }

  @Get('anomalies')
  @Requires('usage:read')
  @Answers(usageAnomalyPage)
  listUsageAnomalies(
    @CurrentCaller() caller: Caller,
    @Query({ schema: usageAnomalyQuery }) query: UsageAnomalyQuery,
  ): Promise<Page<UsageAnomaly>> {
    return this.usages.anomalies(caller, query);
  }
}
