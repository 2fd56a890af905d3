import { Module } from '@nestjs/common';
import { IssuersController } from './issuers.controller.js';
import { IssuersRepository } from './issuers.repository.js';

@Module({ controllers: [IssuersController], providers: [IssuersRepository], exports: [IssuersRepository] })
export class IssuersModule {}
