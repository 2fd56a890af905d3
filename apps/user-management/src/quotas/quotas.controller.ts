import { BERTH_ACCESS, type Caller, CurrentCaller, formatBerthAccess, Requires } from '@berth/access';
import { id } from '@berth/contracts/common';
import type { Quota } from '@berth/contracts/events';
import { type PutQuota, putQuota, quotaView } from '@berth/contracts/identity';
import { Answers } from '@berth/service-kit';
import { Body, Controller, Get, Inject, Param, Put, Res } from '@nestjs/common';
import { ProvenRecently } from '../step-up/proven-recently.js';
import { QuotasService } from './quotas.service.js';

@Controller('v1/quotas')
export class QuotasController {
  constructor(@Inject(QuotasService) private readonly quotas: QuotasService) {}

  @Get(':organizationId')
  @Requires('quotas:read')
  @Answers(quotaView)
  getQuota(
    @CurrentCaller() caller: Caller,
    @Param('organizationId', { schema: id }) organizationId: string,
  ): Promise<Quota> {
    return this.quotas.get(caller, organizationId);
  }

  @Put(':organizationId')
  @Requires('quotas:update')
  @ProvenRecently()
  @Answers(quotaView)
  async putQuota(
    @CurrentCaller() caller: Caller,
    @Param('organizationId', { schema: id }) organizationId: string,
    @Body({ schema: putQuota }) body: PutQuota,
    @Res({ passthrough: true }) reply: { header(name: string, value: string): unknown },
  ): Promise<Quota> {
    const access = await this.quotas.put(caller, organizationId, body);
    void reply.header(BERTH_ACCESS, formatBerthAccess(access));
    return body;
  }
}
