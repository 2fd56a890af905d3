import { Public } from '@berth/access';
import {
  type DeviceConfirmationForm,
  deviceConfirmationForm,
  type DeviceProvidersQuery,
  deviceProvidersQuery,
  type DeviceSignInForm,
  deviceSignInForm,
} from '@berth/contracts/identity';
import { AnswerNotStored, CONFIG } from '@berth/service-kit';
import { Body, Controller, Get, Headers, Inject, Ip, Post, Query, Req, Res } from '@nestjs/common';
import { ApiConsumes } from '@nestjs/swagger';
import type { Config } from '../config.js';
import { AnswersPage, rendered, type Reply } from '../device-flow/device-page-reply.js';
import { DeviceConfirmations } from './device-confirmations.js';
import { DeviceSignIns } from './device-sign-ins.js';
import { pendingOf } from './pending-sign-in.js';

@Public()
@Controller('v1/oauth/device')
export class DeviceSignInController {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(DeviceSignIns) private readonly signIns: DeviceSignIns,
    @Inject(DeviceConfirmations) private readonly confirmations: DeviceConfirmations,
  ) {}

  @Get('providers')
  @AnswersPage('the page of the device again, with the reason')
  async showDeviceProviders(
    @Query({ schema: deviceProvidersQuery }) query: DeviceProvidersQuery,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<string> {
    return rendered(await this.signIns.offer(query, address), reply);
  }

  @Post('sign-in')
  @AnswerNotStored()
  @AnswersPage('the page of the device again, with the reason')
  @ApiConsumes('application/x-www-form-urlencoded')
  async beginDeviceSignIn(
    @Body({ schema: deviceSignInForm }) form: DeviceSignInForm,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<string> {
    return rendered(await this.signIns.begin(form, address), reply);
  }

  /** Where a provider sends the browser. It says what it likes: the whole query is looked at. */
  @Get('callback')
  @AnswersPage('the page of the device again, with the reason')
  async takeDeviceSignIn(
    @Req() { url }: { readonly url: string },
    @Headers('cookie') cookie: string | undefined,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<string> {
    const query = url.includes('?') ? url.slice(url.indexOf('?') + 1) : '';
    return rendered(await this.signIns.back(query, pendingOf(this.config.PUBLIC_URL, cookie), address), reply);
  }

  @Get('confirm')
  @AnswersPage('the page of the device again, with the reason')
  async showDeviceConfirmation(
    @Headers('cookie') cookie: string | undefined,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<string> {
    return rendered(await this.confirmations.show(pendingOf(this.config.PUBLIC_URL, cookie), address), reply);
  }

  @Post('confirm')
  @AnswerNotStored()
  @AnswersPage('the page again, with the reason')
  @ApiConsumes('application/x-www-form-urlencoded')
  async confirmDevice(
    @Body({ schema: deviceConfirmationForm }) form: DeviceConfirmationForm,
    @Headers('cookie') cookie: string | undefined,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<string> {
    const pending = pendingOf(this.config.PUBLIC_URL, cookie);
    return rendered(await this.confirmations.answer(form, pending, address), reply);
  }
}
