import { BERTH_ACCESS, formatBerthAccess, Public } from '@berth/access';
import {
  type AnswerSignIn,
  answerSignIn,
  type BeginSignIn,
  beginSignIn,
  type IdentifiedPerson,
  identifiedPerson,
  type LoginWithFlow,
  loginWithFlow,
  type ProofSent,
  proofSent,
  type ProveAddress,
  proveAddress,
  type RegisterWithFlow,
  registerWithFlow,
  type SignInFlow,
  signInFlow,
  type SignInProviderQuery,
  signInProviderQuery,
  type SignInProviders,
  signInProviders,
  type Tokens,
  tokens,
} from '@berth/contracts/identity';
import { AnswerNotStored, Answers, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Get, Header, Headers, Inject, Ip, Post, Query, Res } from '@nestjs/common';
import { IdentityProvidersService } from '../identity-providers/identity-providers.service.js';
import { deviceOf } from '../sessions/device.js';
import { TokenIssuer } from '../sessions/token-issuer.js';
import { AddressProofs } from './address-proofs.js';
import { FlowLogin } from './flow-login.js';
import { FlowRegistration } from './flow-registration.js';
import { SignInFlowsService } from './sign-in-flows.service.js';

interface Reply {
  header(name: string, value: string): unknown;
}

@Public()
@Controller('v1/auth/oidc')
export class SignInFlowsController {
  constructor(
    @Inject(IdentityProvidersService) private readonly providers: IdentityProvidersService,
    @Inject(SignInFlowsService) private readonly flows: SignInFlowsService,
    @Inject(FlowLogin) private readonly logins: FlowLogin,
    @Inject(AddressProofs) private readonly proofs: AddressProofs,
    @Inject(FlowRegistration) private readonly registrations: FlowRegistration,
    @Inject(TokenIssuer) private readonly issuer: TokenIssuer,
  ) {}

  @Get('providers')
  @Answers(signInProviders)
  listSignInProviders(@Query({ schema: signInProviderQuery }) query: SignInProviderQuery): Promise<SignInProviders> {
    return this.providers.offered(query.organization);
  }

  @Post('flows')
  @AnswerNotStored()
  @Header('cache-control', 'no-store')
  @Answers(signInFlow, 201)
  beginSignIn(@Body({ schema: beginSignIn }) body: BeginSignIn): Promise<SignInFlow> {
    return this.flows.begin(body);
  }

  @Post('flows/answer')
  @AnswerNotStored()
  @Answers(identifiedPerson)
  answerSignIn(@Body({ schema: answerSignIn }) body: AnswerSignIn): Promise<IdentifiedPerson> {
    return this.flows.answer(body);
  }

  @Post('flows/login')
  @AnswerNotStored()
  @Header('cache-control', 'no-store')
  @Answers(tokens)
  async loginWithFlow(
    @Body({ schema: loginWithFlow }) body: LoginWithFlow,
    @Headers('user-agent') userAgent: string | undefined,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<Tokens> {
    const { refreshToken, access, ...subject } = await this.logins.login(body, deviceOf(address, userAgent));
    if (access) void reply.header(BERTH_ACCESS, formatBerthAccess(access));
    return this.issuer.issue(subject, refreshToken);
  }

  @Post('flows/prove-address')
  @AnswerNotStored()
  @Answers(proofSent, 202)
  async proveAddress(@Body({ schema: proveAddress }) body: ProveAddress, @Ip() address: string): Promise<ProofSent> {
    await this.proofs.ask(body, address);
    return { status: 'proof_sent' };
  }

  @Post('flows/register')
  @AnswerNotStored()
  @AnswersNothing()
  registerWithFlow(@Body({ schema: registerWithFlow }) body: RegisterWithFlow): Promise<void> {
    return this.registrations.register(body);
  }
}
