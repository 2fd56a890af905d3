import type { DeclaredEnvironment } from '@berth/contracts/deployment';
import { Injectable } from '@nestjs/common';
import type { DeclaredPart } from '../declared-part.js';
import { SleepPart } from './sleep-part.js';

/** Parts of environments, in the order in which they are changed. */
@Injectable()
export class EnvironmentParts {
  readonly all: readonly DeclaredPart<DeclaredEnvironment>[];

  constructor(sleep: SleepPart) {
    this.all = [sleep];
  }
}
