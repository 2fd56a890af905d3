import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { type Usage, usage, type UsageQuery, usageQuery } from '@berth/contracts/metering';
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
}
