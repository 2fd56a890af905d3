import { Module } from '@nestjs/common';
import { Changes } from './changes.js';
import { Mint } from './mint.js';

@Module({ providers: [Changes, Mint], exports: [Changes, Mint] })
export class ChangesModule {}
