import { Module } from '@nestjs/common';
import { MeasuredUsageRepository } from './measured-usage.repository.js';
import { OnUsageMeasuredHandler } from './on-usage-measured.handler.js';

@Module({
  controllers: [OnUsageMeasuredHandler],
  providers: [MeasuredUsageRepository],
  exports: [MeasuredUsageRepository],
})
export class MeasuredUsageModule {}
