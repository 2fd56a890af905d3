import { Module } from '@nestjs/common';
import { LabelsRepository } from './labels.repository.js';
import { OnPlaceLabelledHandler } from './on-place-labelled.handler.js';

@Module({ controllers: [OnPlaceLabelledHandler], providers: [LabelsRepository] })
export class LabelsModule {}
