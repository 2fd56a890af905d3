import { Authenticated, type Caller, CurrentCaller, Public } from '@berth/access';
import {
  type AnswerDevice,
  answerDevice,
  type DeviceAuthorization,
  deviceAuthorization,
  type DeviceAuthorizationRequest,
  deviceAuthorizationRequest,
} from '@berth/contracts/identity';
import { AnswerNotStored, Answers, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Header, Headers, Inject, Ip, Post } from '@nestjs/common';
import { ApiConsumes } from '@nestjs/swagger';
import { RefusesAsOAuth } from '../oauth/oauth-error.filter.js';
import { deviceOf } from '../sessions/device.js';
import { ProvenRecently } from '../step-up/proven-recently.js';
import { DeviceAnswers } from './device-answers.js';
import { DeviceGrants } from './device-grants.js';

@Controller('v1')
export class DeviceFlowController {
  constructor(
    @Inject(DeviceGrants) private readonly grants: DeviceGrants,
    @Inject(DeviceAnswers) private readonly answers: DeviceAnswers,
  ) {}

  /** Any client may ask: what it gets is worth nothing until a person says yes. */
  @Post('oauth/device_authorization')
  @Public()
  @RefusesAsOAuth()
  @AnswerNotStored()
  @Header('cache-control', 'no-store')
  @ApiConsumes('application/x-www-form-urlencoded')
  @Answers(deviceAuthorization)
  authorizeDevice(
    @Body({ schema: deviceAuthorizationRequest }) _body: DeviceAuthorizationRequest,
    @Headers('user-agent') userAgent: string | undefined,
    @Ip() address: string,
  ): Promise<DeviceAuthorization> {
    return this.grants.begin(deviceOf(address, userAgent));
  }

  /** A new session is one that was proven just now, so the one that lets it in must be, too. */
  @Post('auth/device')
  @Authenticated()
  @ProvenRecently()
  @AnswersNothing()
  answerDevice(
    @CurrentCaller() caller: Caller,
    @Body({ schema: answerDevice }) body: AnswerDevice,
    @Ip() address: string,
  ): Promise<void> {
    return this.answers.answer({ ...body, userId: caller.subjectId, secondFactor: caller.secondFactor, address });
  }
}
