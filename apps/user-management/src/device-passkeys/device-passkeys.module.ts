import { Module } from '@nestjs/common';
import { DeviceFlowModule } from '../device-flow/device-flow.module.js';
import { PasskeyProofModule } from '../passkeys/passkey-proof.module.js';
import { DevicePasskeysController } from './device-passkeys.controller.js';
import { DevicePasskeysService } from './device-passkeys.service.js';

/** Letting devices in by a passkey. */
@Module({
  imports: [DeviceFlowModule, PasskeyProofModule],
  controllers: [DevicePasskeysController],
  providers: [DevicePasskeysService],
})
export class DevicePasskeysModule {}
