import type { DeclaredWorkload } from '@berth/contracts/deployment';
import { Injectable } from '@nestjs/common';
import type { DeclaredPart } from '../declared-part.js';
import { DomainsPart } from './domains-part.js';
import { LinksPart } from './links-part.js';
import { PatchesPart } from './patches-part.js';
import { SchedulesPart } from './schedules-part.js';
import { VisitorsPart } from './visitors-part.js';
import { VolumesPart } from './volumes-part.js';

/** Parts of workloads, in the order in which they are changed. */
@Injectable()
export class WorkloadParts {
  readonly all: readonly DeclaredPart<DeclaredWorkload>[];

  constructor(
    visitors: VisitorsPart,
    links: LinksPart,
    schedules: SchedulesPart,
    volumes: VolumesPart,
    domains: DomainsPart,
    patches: PatchesPart,
  ) {
    this.all = [visitors, links, schedules, volumes, domains, patches];
  }
}
