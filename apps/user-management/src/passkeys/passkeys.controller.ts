import { Authenticated, type Caller, CurrentCaller, Public } from '@berth/access';
import { id, type Page, pageQuery, type PageQuery } from '@berth/contracts/common';
import {
  type AddedPasskey,
  addedPasskey,
  type AddPasskey,
  addPasskey,
  type LoginWithPasskey,
  loginWithPasskey,
  type Passkey,
  passkey,
  passkeyOptions,
  type PasskeyOptions,
  passkeyPage,
  type RenamePasskey,
  renamePasskey,
  type Tokens,
  tokens,
} from '@berth/contracts/identity';
import { AnswerNotStored, Answers, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Delete, Get, Header, Headers, Inject, Ip, Param, Post, Put, Query } from '@nestjs/common';
import { deviceOf } from '../sessions/device.js';
import { TokenIssuer } from '../sessions/token-issuer.js';
import { ProvenRecently } from '../step-up/proven-recently.js';
import { PasskeyLogin } from './passkey-login.js';
import { PasskeyProof } from './passkey-proof.js';
import { PasskeysService } from './passkeys.service.js';

@Controller('v1/auth/passkeys')
export class PasskeysController {
  constructor(
    @Inject(PasskeysService) private readonly passkeys: PasskeysService,
    @Inject(PasskeyProof) private readonly proof: PasskeyProof,
    @Inject(PasskeyLogin) private readonly logins: PasskeyLogin,
    @Inject(TokenIssuer) private readonly issuer: TokenIssuer,
  ) {}

  @Get()
  @Authenticated()
  @Answers(passkeyPage)
  listPasskeys(
    @CurrentCaller() caller: Caller,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<Page<Passkey>> {
    return this.passkeys.list(caller, query);
  }

  @Post('options')
  @Authenticated()
  @ProvenRecently()
  @AnswerNotStored()
  @Answers(passkeyOptions)
  makePasskeyOptions(@CurrentCaller() caller: Caller): Promise<PasskeyOptions> {
    return this.passkeys.options(caller);
  }

  @Post()
  @Authenticated()
  @ProvenRecently()
  @AnswerNotStored()
  @Header('cache-control', 'no-store')
  @Answers(addedPasskey, 201)
  addPasskey(@CurrentCaller() caller: Caller, @Body({ schema: addPasskey }) body: AddPasskey): Promise<AddedPasskey> {
    return this.passkeys.add(caller, body);
  }

  @Put(':id')
  @Authenticated()
  @Answers(passkey)
  renamePasskey(
    @CurrentCaller() caller: Caller,
    @Param('id', { schema: id }) passkeyId: string,
    @Body({ schema: renamePasskey }) body: RenamePasskey,
  ): Promise<Passkey> {
    return this.passkeys.rename(caller, passkeyId, body.name);
  }

  @Delete(':id')
  @Authenticated()
  @ProvenRecently()
  @AnswersNothing()
  deletePasskey(@CurrentCaller() caller: Caller, @Param('id', { schema: id }) passkeyId: string): Promise<void> {
    return this.passkeys.delete(caller, passkeyId);
  }

  /** For whoever is about to show a passkey, whoever that is. */
  @Post('challenge')
  @Public()
  @AnswerNotStored()
  @Answers(passkeyOptions)
  challengePasskey(): Promise<PasskeyOptions> {
    return this.proof.options();
  }

  @Post('login')
  @Public()
  @AnswerNotStored()
  @Header('cache-control', 'no-store')
  @Answers(tokens)
  async loginWithPasskey(
    @Body({ schema: loginWithPasskey }) body: LoginWithPasskey,
    @Headers('user-agent') userAgent: string | undefined,
    @Ip() address: string,
  ): Promise<Tokens> {
    const { refreshToken, ...subject } = await this.logins.login(body, deviceOf(address, userAgent));
    return this.issuer.issue(subject, refreshToken);
  }
}
