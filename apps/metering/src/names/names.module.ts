import { Module } from '@nestjs/common';
import { NamesRepository } from './names.repository.js';
import { OnPlaceToldHandler } from './on-place-told.handler.js';

@Module({ controllers: [OnPlaceToldHandler], providers: [NamesRepository], exports: [NamesRepository] })
export class NamesModule {}
