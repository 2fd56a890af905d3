import { Module } from '@nestjs/common';
import { StepUpModule } from '../step-up/step-up.module.js';
import { EnsureSigningKey } from './ensure-signing-key.js';
import { KeyVault } from './key-vault.js';
import { SigningKeysController } from './signing-keys.controller.js';
import { SigningKeysRepository } from './signing-keys.repository.js';
import { SigningKeysService } from './signing-keys.service.js';

@Module({
  imports: [StepUpModule],
  controllers: [SigningKeysController],
  providers: [EnsureSigningKey, KeyVault, SigningKeysRepository, SigningKeysService],
  exports: [KeyVault, SigningKeysRepository, SigningKeysService],
})
export class SigningKeysModule {}
