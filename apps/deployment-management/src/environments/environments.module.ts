import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { ClustersStoreModule } from '../clusters/clusters-store.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { EnvironmentsController } from './environments.controller.js';
import { EnvironmentsRepository } from './environments.repository.js';
import { EnvironmentsService } from './environments.service.js';
import { SummariesController } from './summaries.controller.js';
import { SummariesRepository } from './summaries.repository.js';

@Module({
  imports: [ChangesModule, ClustersStoreModule, ProjectsModule],
  controllers: [SummariesController, EnvironmentsController],
  providers: [EnvironmentsService, EnvironmentsRepository, SummariesRepository],
  exports: [EnvironmentsService],
})
export class EnvironmentsModule {}
