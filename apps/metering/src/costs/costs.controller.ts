import { Authenticated, type Caller, CurrentCaller, Requires } from '@berth/access';
import {
  type CostEstimate,
  costEstimate,
  type Costs,
  costs,
  type EnvironmentCosts,
  environmentCosts,
  type EnvironmentCostsQuery,
  environmentCostsQuery,
  type EstimateCosts,
  estimateCosts,
  type UsageQuery,
  usageQuery,
} from '@berth/contracts/metering';
import { Answers } from '@berth/service-kit';
import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { CostsOfEnvironments } from './environment-costs.js';
import { CostsService } from './costs.service.js';

@Controller('v1/costs')
export class CostsController {
  constructor(
    private readonly costing: CostsService,
    private readonly environments: CostsOfEnvironments,
  ) {}

  @Get()
  @Requires('costs:read')
  @Answers(costs)
  readCosts(@CurrentCaller() caller: Caller, @Query({ schema: usageQuery }) query: UsageQuery): Promise<Costs> {
    return this.costing.read(caller, query);
  }

  @Get('environments')
  @Requires('costs:read')
  @Answers(environmentCosts)
  readEnvironmentCosts(
    @CurrentCaller() caller: Caller,
    @Query({ schema: environmentCostsQuery }) query: EnvironmentCostsQuery,
  ): Promise<EnvironmentCosts> {
    return this.environments.read(caller, query);
  }

  /** Computes and stores nothing. */
  @Post('estimate')
  @Authenticated('costs:read')
  @Answers(costEstimate)
  estimateCosts(
    @CurrentCaller() caller: Caller,
    @Body({ schema: estimateCosts }) body: EstimateCosts,
  ): Promise<CostEstimate> {
    return this.costing.estimate(caller, body);
  }
}
