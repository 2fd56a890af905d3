import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { AppsController } from './apps.controller.js';
import { AppsRepository } from './apps.repository.js';
import { AppsService } from './apps.service.js';

@Module({
  imports: [ChangesModule, ProjectsModule],
  controllers: [AppsController],
  providers: [AppsService, AppsRepository],
  exports: [AppsService, AppsRepository],
})
export class AppsModule {}
