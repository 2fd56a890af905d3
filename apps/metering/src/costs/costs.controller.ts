import { Authenticated, type Caller, CurrentCaller, Requires } from '@berth/access';
import {
  type CostEstimate,
  costEstimate,
  type Costs,
  costs,
  type EstimateCosts,
  estimateCosts,
  type UsageQuery,
  usageQuery,
} from '@berth/contracts/metering';
import { Answers } from '@berth/service-kit';
import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { CostsService } from './costs.service.js';

@Controller('v1/costs')
export class CostsController {
  constructor(private readonly costing: CostsService) {}

  @Get()
  @Requires('costs:read')
  @Answers(costs)
  readCosts(@CurrentCaller() caller: Caller, @Query({ schema: usageQuery }) query: UsageQuery): Promise<Costs> {
    return this.costing.read(caller, query);
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
