import { Access, type Caller, CurrentCaller, Public, Requires } from '@berth/access';
import { type Jwks, jwks, signingKeyList, type SigningKeyView, signingKeyView } from '@berth/contracts/identity';
import { Answers } from '@berth/service-kit';
import { Controller, Get, Header, Inject, Post } from '@nestjs/common';
import { ProvenRecently } from '../step-up/proven-recently.js';
import { toJwks, toView } from './signing-key.js';
import { SigningKeysService } from './signing-keys.service.js';

@Controller()
export class SigningKeysController {
  constructor(
    @Inject(SigningKeysService) private readonly keys: SigningKeysService,
    @Inject(Access) private readonly access: Access,
  ) {}

  @Get('.well-known/jwks.json')
  @Public()
  @Header('cache-control', 'public, max-age=60')
  @Answers(jwks)
  async getJwks(): Promise<Jwks> {
    return toJwks(await this.keys.list());
  }

  @Get('v1/admin/user-management/signing-keys')
  @Requires('signing-keys:read')
  @Answers(signingKeyList)
  async listSigningKeys(@CurrentCaller() caller: Caller): Promise<{ items: SigningKeyView[] }> {
    this.access.requireOnPlatform(caller, 'signing-keys:read');
    return { items: (await this.keys.list()).map(toView) };
  }

  @Post('v1/admin/user-management/signing-keys')
  @Requires('signing-keys:rotate')
  @ProvenRecently()
  @Answers(signingKeyView, 201)
  async rotateSigningKey(@CurrentCaller() caller: Caller): Promise<SigningKeyView> {
    this.access.requireOnPlatform(caller, 'signing-keys:rotate');
    return toView(await this.keys.rotate(caller));
  }
}
