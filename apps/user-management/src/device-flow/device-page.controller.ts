import { Public } from '@berth/access';
import { type DevicePageForm, devicePageForm, type DevicePageQuery, devicePageQuery } from '@berth/contracts/identity';
import { AnswerNotStored } from '@berth/service-kit';
import { Body, Controller, Get, Inject, Ip, Post, Query, Res } from '@nestjs/common';
import { ApiConsumes } from '@nestjs/swagger';
import { AnswersPage, rendered, type Reply } from './device-page-reply.js';
import { DevicePageService } from './device-page.service.js';

@Public()
@Controller('v1/oauth/device')
export class DevicePageController {
  constructor(@Inject(DevicePageService) private readonly pages: DevicePageService) {}

  @Get()
  @AnswersPage('the page without a device')
  async showDevicePage(
    @Query({ schema: devicePageQuery }) query: DevicePageQuery,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<string> {
    return rendered(await this.pages.show(query.user_code ?? '', address), reply);
  }

  @Post()
  @AnswerNotStored()
  @AnswersPage('the page again, with the reason')
  @ApiConsumes('application/x-www-form-urlencoded')
  async answerOnDevicePage(
    @Body({ schema: devicePageForm }) form: DevicePageForm,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<string> {
    return rendered(await this.pages.answer(form, address), reply);
  }
}
