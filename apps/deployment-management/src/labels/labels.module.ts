import { Module } from '@nestjs/common';
import { AppsModule } from '../apps/apps.module.js';
import { ChangesModule } from '../changes/changes.module.js';
import { EnvironmentsModule } from '../environments/environments.module.js';
import { LabelsController } from './labels.controller.js';
import { LabelWriterModule } from './label-writer.module.js';
import { LabelsService } from './labels.service.js';

@Module({
  imports: [ChangesModule, LabelWriterModule, AppsModule, EnvironmentsModule],
  controllers: [LabelsController],
  providers: [LabelsService],
  exports: [LabelsService],
})
export class LabelsModule {}
