import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { ClustersStoreModule } from '../clusters/clusters-store.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { RuntimesModule } from '../runtime/runtimes.module.js';
import { EndingSpacesRepository } from './ending-spaces.repository.js';
import { EnvironmentReconciler } from './environment.reconciler.js';
import { EnvironmentsController } from './environments.controller.js';
import { EnvironmentsRepository } from './environments.repository.js';
import { LabelWriterModule } from '../labels/label-writer.module.js';
import { EnvironmentCreations } from './environment-creations.js';
import { EnvironmentsService } from './environments.service.js';
import { SpaceDeletionsController } from './space-deletions.controller.js';
import { SummariesController } from './summaries.controller.js';
import { SummariesRepository } from './summaries.repository.js';

@Module({
  imports: [ChangesModule, LabelWriterModule, ClustersStoreModule, RuntimesModule, ProjectsModule],
  controllers: [SummariesController, SpaceDeletionsController, EnvironmentsController],
  providers: [
    EnvironmentCreations,
    EnvironmentsService,
    EnvironmentsRepository,
    SummariesRepository,
    EndingSpacesRepository,
    EnvironmentReconciler,
  ],
  exports: [EnvironmentCreations, EnvironmentsService, EnvironmentsRepository],
})
export class EnvironmentsModule {}
