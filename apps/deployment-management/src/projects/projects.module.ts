import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { QuotasModule } from '../quotas/quotas.module.js';
import { ProjectsController } from './projects.controller.js';
import { ProjectsRepository } from './projects.repository.js';
import { ProjectsService } from './projects.service.js';

@Module({
  imports: [ChangesModule, QuotasModule],
  controllers: [ProjectsController],
  providers: [ProjectsService, ProjectsRepository],
  exports: [ProjectsService],
})
export class ProjectsModule {}
