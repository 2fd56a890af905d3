import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { ClustersStoreModule } from '../clusters/clusters-store.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { RuntimesModule } from '../runtime/runtimes.module.js';
import { EndingSpacesRepository } from './ending-spaces.repository.js';
import { EnvironmentReconciler } from './environment.reconciler.js';
import { EnvironmentsController } from './environments.controller.js';
import { EnvironmentsRepository } from './environments.repository.js';
import { EnvironmentsService } from './environments.service.js';
import { SpaceDeletionsController } from './space-deletions.controller.js';
import { SummariesController } from './summaries.controller.js';
import { SummariesRepository } from './summaries.repository.js';

@Module({
  imports: [ChangesModule, ClustersStoreModule, RuntimesModule, ProjectsModule],
  controllers: [SummariesController, SpaceDeletionsController, EnvironmentsController],
  providers: [
    EnvironmentsService,
    EnvironmentsRepository,
    SummariesRepository,
    EndingSpacesRepository,
    EnvironmentReconciler,
  ],
  exports: [EnvironmentsService, EnvironmentsRepository],
})
export class EnvironmentsModule {}
