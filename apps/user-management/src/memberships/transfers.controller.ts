import { BERTH_ACCESS, type Caller, CurrentCaller, formatBerthAccess, Requires } from '@berth/access';
import { id } from '@berth/contracts/common';
import { type TransferOrganization, transferOrganization } from '@berth/contracts/identity';
import { AnswerNotStored, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Inject, Param, Post, Res } from '@nestjs/common';
import { ProvenRecently } from '../step-up/proven-recently.js';
import { TransfersService } from './transfers.service.js';

@Controller('v1/organizations')
export class TransfersController {
  constructor(@Inject(TransfersService) private readonly transfers: TransfersService) {}

  @Post(':id/transfer')
  @Requires('memberships:own')
  @ProvenRecently()
  @AnswerNotStored()
  @AnswersNothing()
  async transferOrganization(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) organizationId: string,
    @Body({ schema: transferOrganization }) body: TransferOrganization,
    @Res({ passthrough: true }) reply: { header(name: string, value: string): unknown },
  ): Promise<void> {
    const access = await this.transfers.transfer(caller, organizationId, body.userId);
    void reply.header(BERTH_ACCESS, formatBerthAccess(access));
  }
}
