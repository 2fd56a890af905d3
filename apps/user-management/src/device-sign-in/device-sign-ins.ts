import type { DeviceProvidersQuery, DeviceSignInForm } from '@berth/contracts/identity';
import { CONFIG } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import { DeviceAnswers } from '../device-flow/device-answers.js';
import { readUserCode, shownUserCode } from '../device-flow/device-grant.js';
import type { DevicePage } from '../device-flow/device-page-reply.js';
import { DevicePageService } from '../device-flow/device-page.service.js';
import { identityProviderErrors } from '../identity-providers/identity-providers.errors.js';
import { IdentityProvidersService } from '../identity-providers/identity-providers.service.js';
import { SignInFlowsService } from '../sign-in-flows/sign-in-flows.service.js';
import { onwardPage, providersPage } from './device-sign-in-pages.js';
import { deviceSignInErrors } from './device-sign-in.errors.js';
import { cookieOf, forgottenCookie, type PendingSignIn } from './pending-sign-in.js';

/** From the page of a device to an identity provider and back (ADR 0131). */
@Injectable()
export class DeviceSignIns {
  private readonly callback: string;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(DeviceAnswers) private readonly answers: DeviceAnswers,
    @Inject(DevicePageService) private readonly pages: DevicePageService,
    @Inject(IdentityProvidersService) private readonly providers: IdentityProvidersService,
    @Inject(SignInFlowsService) private readonly flows: SignInFlowsService,
  ) {
    this.callback = `${config.PUBLIC_URL}/v1/oauth/device/callback`;
  }

  async offer({ user_code: typed, organization }: DeviceProvidersQuery, address: string): Promise<DevicePage> {
    try {
      await this.answers.require(typed, address);
      const { items } = await this.providers.offered(organization);
      if (items.length === 0)
        throw identityProviderErrors.IdentityProviderNotFound('This organization has no identity provider.');
      return { status: 200, html: providersPage(shownUserCode(readUserCode(typed)), items) };
    } catch (error) {
      return this.pages.again(error, typed, address);
    }
  }

  /** Nobody is sent to a provider for a device that does not wait. */
  async begin({ user_code: typed, provider }: DeviceSignInForm, address: string): Promise<DevicePage> {
    try {
      await this.answers.require(typed, address);
      const flow = await this.flows.beginTrusted({ providerId: provider, redirectUri: this.callback });
      const pending = { flowToken: flow.flowToken, userCode: shownUserCode(readUserCode(typed)) };
      const headers = { 'set-cookie': cookieOf(this.config.PUBLIC_URL, pending) };
      return { status: 200, html: onwardPage(pending.userCode, new URL(flow.authorizationUrl)), headers };
    } catch (error) {
      return this.pages.again(error, typed, address);
    }
  }

  /** On to a page of its own: what the provider said is in no address that stays in the browser's history. */
  async back(query: string, pending: PendingSignIn | undefined, address: string): Promise<DevicePage> {
    try {
      if (!pending) throw deviceSignInErrors.DeviceSignInGone('This sign-in was not begun in this browser.');
      await this.flows.answer({ flowToken: pending.flowToken, query });
      return { status: 303, html: '', headers: { location: '/v1/oauth/device/confirm' } };
    } catch (error) {
      const page = await this.pages.again(error, pending?.userCode ?? '', address);
      return { ...page, headers: { 'set-cookie': forgottenCookie(this.config.PUBLIC_URL) } };
    }
  }
}
