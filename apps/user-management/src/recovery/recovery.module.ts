import { Module } from '@nestjs/common';
import { PasswordChangesModule } from '../password-changes/password-changes.module.js';
import { UsersModule } from '../users/users.module.js';
import { RecoveryController } from './recovery.controller.js';
import { RecoveryReconciler } from './recovery.reconciler.js';
import { RecoveryRepository } from './recovery.repository.js';
import { RecoveryRequests } from './recovery-requests.js';
import { RecoveryService } from './recovery.service.js';

@Module({
  imports: [UsersModule, PasswordChangesModule],
  controllers: [RecoveryController],
  providers: [RecoveryReconciler, RecoveryRepository, RecoveryRequests, RecoveryService],
})
export class RecoveryModule {}
