import { type Caller, CurrentCaller, Requires } from '@berth/access';
import { id as objectId } from '@berth/contracts/common';
import {
  type ChangeProtection,
  changeProtection,
  type WorkloadProtection,
  workloadProtection,
} from '@berth/contracts/deployment';
import { Answers } from '@berth/service-kit';
import { Body, Controller, Get, Param, Patch } from '@nestjs/common';
import { ProtectionsService } from './protections.service.js';

/** What visitors of a workload have to pass, on all its hosts and paths. */
@Controller('v1/workloads/:id/protection')
export class ProtectionsController {
  constructor(private readonly protections: ProtectionsService) {}

  @Get()
  @Requires('workloads:read')
  @Answers(workloadProtection)
  getProtection(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
  ): Promise<WorkloadProtection> {
    return this.protections.get(caller, id);
  }

  /** It takes effect at once, without a release: a rollback leaves it as it is. */
  @Patch()
  @Requires('workloads:protect')
  @Answers(workloadProtection)
  changeProtection(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: objectId }) id: string,
    @Body({ schema: changeProtection }) body: ChangeProtection,
  ): Promise<WorkloadProtection> {
    return this.protections.change(caller, id, body);
  }
}
