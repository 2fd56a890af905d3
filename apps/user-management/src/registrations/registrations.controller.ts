import { Public } from '@berth/access';
import {
  type Register,
  register,
  type Registration,
  registration,
  type VerifyEmail,
  verifyEmail,
} from '@berth/contracts/identity';
import { Answers, AnswersNothing } from '@berth/service-kit';
import { Body, Controller, Inject, Ip, Post } from '@nestjs/common';
import { RegistrationProofs } from './registration-proofs.js';
import { RegistrationsService } from './registrations.service.js';

@Public()
@Controller('v1/auth')
export class RegistrationsController {
  constructor(
    @Inject(RegistrationsService) private readonly registrations: RegistrationsService,
    @Inject(RegistrationProofs) private readonly proofs: RegistrationProofs,
  ) {}

  @Post('register')
  @Answers(registration, 202)
  async register(@Body({ schema: register }) body: Register, @Ip() address: string): Promise<Registration> {
    await this.registrations.register(body, address);
    return { status: 'verification_sent' };
  }

  @Post('verify-email')
  @AnswersNothing()
  verifyEmail(@Body({ schema: verifyEmail }) body: VerifyEmail): Promise<void> {
    return this.proofs.verify(body.token);
  }
}
