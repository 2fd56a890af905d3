import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { ClustersStoreModule } from '../clusters/clusters-store.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { EnvironmentsController } from './environments.controller.js';
import { EnvironmentsRepository } from './environments.repository.js';
import { EnvironmentsService } from './environments.service.js';

@Module({
  imports: [ChangesModule, ClustersStoreModule, ProjectsModule],
  controllers: [EnvironmentsController],
  providers: [EnvironmentsService, EnvironmentsRepository],
  exports: [EnvironmentsService],
})
export class EnvironmentsModule {}
