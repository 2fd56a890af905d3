import { Injectable } from '@nestjs/common';
import { ScopeChanges } from './scope-changes.js';
import { ScopeReleases } from './scope-releases.js';
import { ScopeRevocations } from './scope-revocations.js';

/** What can be done to the config of a scope under its lock. */
@Injectable()
export class ScopeWrites {
  constructor(
    readonly changes: ScopeChanges,
    readonly releases: ScopeReleases,
    readonly revocations: ScopeRevocations,
  ) {}
}
