import { Module } from '@nestjs/common';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { StepUpModule } from '../step-up/step-up.module.js';
import { QuotasController } from './quotas.controller.js';
import { QuotasService } from './quotas.service.js';

@Module({ imports: [OrganizationsModule, StepUpModule], controllers: [QuotasController], providers: [QuotasService] })
export class QuotasModule {}
