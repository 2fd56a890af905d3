import { Module } from '@nestjs/common';
import { NamesRepository } from './names.repository.js';
import { OnPlaceCreatedHandler } from './on-place-created.handler.js';

@Module({ controllers: [OnPlaceCreatedHandler], providers: [NamesRepository], exports: [NamesRepository] })
export class NamesModule {}
