import { type RaisedEpoch, raisedEpoch, type RaiseEpoch, raiseEpoch } from '@berth/contracts/common';
import type { ServiceName } from '@berth/contracts/events';
import { AnswerNotStored, Answers } from '@berth/service-kit';
import { Body, Controller, Inject, Post, type Type } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { Access } from '../access.js';
import { type Caller, CurrentCaller } from '../caller.js';
import { Requires } from '../guard/route-access.js';
import { EpochsService } from './epochs.service.js';
import { operationNames } from './operation-names.js';

/** `/v1/admin/<service>/epochs`, of a service whose consumers go by epochs. */
export function epochsController(service: ServiceName): Type<unknown> {
  const nameOf = operationNames(service);

  @Controller(`v1/admin/${service}/epochs`)
  class EpochsController {
    constructor(
      @Inject(EpochsService) private readonly epochs: EpochsService,
      @Inject(Access) private readonly access: Access,
    ) {}

    /** What is stated again is stated page by page in transactions of its own, so it cannot commit together with an Idempotency-Key. */
    @Post()
    @ApiOperation({ operationId: nameOf('raise', 'Epoch') })
    @Requires('snapshots:create')
    @AnswerNotStored()
    @Answers(raisedEpoch)
    raiseEpoch(@CurrentCaller() caller: Caller, @Body({ schema: raiseEpoch }) body: RaiseEpoch): Promise<RaisedEpoch> {
      this.access.requireOnPlatform(caller, 'snapshots:create');
      return this.epochs.raise(caller, body);
    }
  }
  return EpochsController;
}
