import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { AppsController } from './apps.controller.js';
import { AppsRepository } from './apps.repository.js';
import { LabelWriterModule } from '../labels/label-writer.module.js';
import { AppCreations } from './app-creations.js';
import { AppsService } from './apps.service.js';

@Module({
  imports: [ChangesModule, LabelWriterModule, ProjectsModule],
  controllers: [AppsController],
  providers: [AppCreations, AppsService, AppsRepository],
  exports: [AppCreations, AppsService, AppsRepository],
})
export class AppsModule {}
