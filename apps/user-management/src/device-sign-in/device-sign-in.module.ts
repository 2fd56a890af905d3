import { Module } from '@nestjs/common';
import { DeviceFlowModule } from '../device-flow/device-flow.module.js';
import { IdentityProvidersModule } from '../identity-providers/identity-providers.module.js';
import { SignInFlowsModule } from '../sign-in-flows/sign-in-flows.module.js';
import { DeviceConfirmations } from './device-confirmations.js';
import { DeviceSignInController } from './device-sign-in.controller.js';
import { DeviceSignIns } from './device-sign-ins.js';

/** Letting devices in by the word of an identity provider. */
@Module({
  imports: [DeviceFlowModule, IdentityProvidersModule, SignInFlowsModule],
  controllers: [DeviceSignInController],
  providers: [DeviceConfirmations, DeviceSignIns],
})
export class DeviceSignInModule {}
