import { Module } from '@nestjs/common';
import { UsersModule } from '../users/users.module.js';
import { PasswordProof } from './password-proof.js';

@Module({ imports: [UsersModule], providers: [PasswordProof], exports: [PasswordProof] })
export class PasswordProofModule {}
