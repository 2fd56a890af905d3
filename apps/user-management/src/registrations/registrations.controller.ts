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
import { Body, Controller, Inject, Post } from '@nestjs/common';
import { RegistrationsService } from './registrations.service.js';

@Public()
@Controller('v1/auth')
export class RegistrationsController {
  constructor(@Inject(RegistrationsService) private readonly registrations: RegistrationsService) {}

  @Post('register')
  @Answers(registration, 202)
  async register(@Body({ schema: register }) body: Register): Promise<Registration> {
    await this.registrations.register(body);
    return { status: 'verification_sent' };
  }

  @Post('verify-email')
  @AnswersNothing()
  verifyEmail(@Body({ schema: verifyEmail }) body: VerifyEmail): Promise<void> {
    return this.registrations.verify(body.token);
  }
}
