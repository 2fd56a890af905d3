import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { LabelWriter } from './label-writer.js';
import { LabelsRepository } from './labels.repository.js';

/** Apart from LabelsModule, which needs what is labelled. */
@Module({
  imports: [ChangesModule],
  providers: [LabelWriter, LabelsRepository],
  exports: [LabelWriter, LabelsRepository],
})
export class LabelWriterModule {}
