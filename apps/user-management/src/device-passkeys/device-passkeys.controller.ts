import { Public } from '@berth/access';
import {
  type DevicePasskeyForm,
  devicePasskeyForm,
  type DevicePasskeyQuery,
  devicePasskeyQuery,
} from '@berth/contracts/identity';
import { AnswerNotStored } from '@berth/service-kit';
import { Body, Controller, Get, Inject, Ip, Post, Query, Res } from '@nestjs/common';
import { ApiConsumes } from '@nestjs/swagger';
import { AnswersPage, rendered, type Reply } from '../device-flow/device-page-reply.js';
import { DevicePasskeysService } from './device-passkeys.service.js';

@Public()
@Controller('v1/oauth/device/passkey')
export class DevicePasskeysController {
  constructor(@Inject(DevicePasskeysService) private readonly passkeys: DevicePasskeysService) {}

  @Get()
  @AnswersPage('the page of the device again, with the reason')
  async showDevicePasskeyPage(
    @Query({ schema: devicePasskeyQuery }) query: DevicePasskeyQuery,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<string> {
    return rendered(await this.passkeys.ask(query.user_code, address), reply);
  }

  @Post()
  @AnswerNotStored()
  @AnswersPage('the page again, with the reason')
  @ApiConsumes('application/x-www-form-urlencoded')
  async answerDeviceByPasskey(
    @Body({ schema: devicePasskeyForm }) form: DevicePasskeyForm,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<string> {
    return rendered(await this.passkeys.answer(form, address), reply);
  }
}
