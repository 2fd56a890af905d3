import { Module } from '@nestjs/common';
import { AcceptedEventsRepository } from '../accepted-events/accepted-events.repository.js';
import { InvoicesModule } from '../invoices/invoices.module.js';
import { ConservationRepository } from './conservation.repository.js';
import { ConservationSchedule } from './conservation-schedule.js';
import { Conservation } from './conservation.js';

@Module({
  imports: [InvoicesModule],
  providers: [AcceptedEventsRepository, ConservationRepository, Conservation, ConservationSchedule],
})
export class ConservationModule {}
