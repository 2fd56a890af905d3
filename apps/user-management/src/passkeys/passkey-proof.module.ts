import { Module } from '@nestjs/common';
import { PasskeyChallenges } from './passkey-challenges.js';
import { PasskeyProof } from './passkey-proof.js';
import { PasskeysRepository } from './passkeys.repository.js';

@Module({
  providers: [PasskeyChallenges, PasskeyProof, PasskeysRepository],
  exports: [PasskeyChallenges, PasskeyProof, PasskeysRepository],
})
export class PasskeyProofModule {}
