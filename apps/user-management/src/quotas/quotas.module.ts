import { Module } from '@nestjs/common';
import { OrganizationsModule } from '../organizations/organizations.module.js';
import { QuotasController } from './quotas.controller.js';
import { QuotasService } from './quotas.service.js';

@Module({ imports: [OrganizationsModule], controllers: [QuotasController], providers: [QuotasService] })
export class QuotasModule {}
