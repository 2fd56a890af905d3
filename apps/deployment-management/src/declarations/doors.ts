import type { DeclaredKindName } from '@berth/kubernetes';
import { Injectable } from '@nestjs/common';
import { AppDeclarations } from './app-declarations.js';
import type { DeclaredKindDoor } from './declared-kind.js';
import { EnvironmentDeclarations } from './environment-declarations.js';
import { WorkloadDeclarations } from './workload-declarations.js';

/** Who understands which kind of object. */
@Injectable()
export class Doors {
  private readonly doors: Record<DeclaredKindName, DeclaredKindDoor>;

  constructor(app: AppDeclarations, environment: EnvironmentDeclarations, workload: WorkloadDeclarations) {
    this.doors = { app, environment, workload };
  }

  of(kind: DeclaredKindName): DeclaredKindDoor {
    return this.doors[kind];
  }
}
