import { Public } from '@berth/access';
import { type DevicePageForm, devicePageForm, type DevicePageQuery, devicePageQuery } from '@berth/contracts/identity';
import { AnswerNotStored } from '@berth/service-kit';
import { Body, Controller, Get, Header, Inject, Ip, Post, Query, Res } from '@nestjs/common';
import { ApiConsumes, ApiDefaultResponse, ApiProduces } from '@nestjs/swagger';
import { type DevicePage, DevicePageService } from './device-page.service.js';

interface Reply {
  status(code: number): unknown;
}

@Public()
@Controller('v1/oauth/device')
export class DevicePageController {
  constructor(@Inject(DevicePageService) private readonly pages: DevicePageService) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'no-store')
  @ApiProduces('text/html')
  @ApiDefaultResponse({ description: 'the page without a device', schema: { type: 'string' } })
  async showDevicePage(
    @Query({ schema: devicePageQuery }) query: DevicePageQuery,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<string> {
    return rendered(await this.pages.show(query.user_code ?? '', address), reply);
  }

  @Post()
  @AnswerNotStored()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'no-store')
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiProduces('text/html')
  @ApiDefaultResponse({ description: 'the page again, with the reason', schema: { type: 'string' } })
  async answerOnDevicePage(
    @Body({ schema: devicePageForm }) form: DevicePageForm,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<string> {
    return rendered(await this.pages.answer(form, address), reply);
  }
}

function rendered({ status, html }: DevicePage, reply: Reply): string {
  void reply.status(status);
  return html;
}
