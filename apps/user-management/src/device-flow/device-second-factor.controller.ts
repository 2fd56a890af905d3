import { Public } from '@berth/access';
import { type DeviceSecondFactorForm, deviceSecondFactorForm } from '@berth/contracts/identity';
import { AnswerNotStored } from '@berth/service-kit';
import { Body, Controller, Inject, Ip, Post, Res } from '@nestjs/common';
import { ApiConsumes } from '@nestjs/swagger';
import { AnswersPage, rendered, type Reply } from './device-page-reply.js';
import { SecondFactorAnswers } from './second-factor-answers.js';

@Public()
@Controller('v1/oauth/device/second-factor')
export class DeviceSecondFactorController {
  constructor(@Inject(SecondFactorAnswers) private readonly answers: SecondFactorAnswers) {}

  @Post()
  @AnswerNotStored()
  @AnswersPage('the page again, with the reason')
  @ApiConsumes('application/x-www-form-urlencoded')
  async answerDeviceBySecondFactor(
    @Body({ schema: deviceSecondFactorForm }) form: DeviceSecondFactorForm,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<string> {
    return rendered(await this.answers.answer(form, address), reply);
  }
}
