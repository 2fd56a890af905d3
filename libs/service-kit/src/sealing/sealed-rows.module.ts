import { type DynamicModule, Module } from '@nestjs/common';
import { SEALED_ROWS, SealedRows, type SealedRowsOptions } from './sealed-rows.js';

/** For a service with sealed columns. Needs the global ServiceKitModule. */
@Module({})
export class SealedRowsModule {
  static forRoot(options: SealedRowsOptions): DynamicModule {
    return { module: SealedRowsModule, providers: [SealedRows, { provide: SEALED_ROWS, useValue: options }] };
  }
}
