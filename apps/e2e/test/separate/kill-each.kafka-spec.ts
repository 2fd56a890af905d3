import * as at from '../faults/phases.js';
import { partNames } from './environments.js';
import { type Kill, killSuite } from './kill-suite.js';

/** Where every part may be needed, whichever it is. */
const everywhere = [at.cloning, at.building, at.starting, at.proving];
/** In the middle of what others do for it, and when all is done but for the accounts. */
const onTheWay = [
  ...[at.buildBecomes('publishing'), at.deploymentBecomes('preparing'), at.deploymentBecomes('verifying')],
  ...[at.allocating, at.justLive, at.accountingEnds],
];
/** Where it waits, then in the middle of a part's own transactions, and of those of all. */
const kills: Kill[] = [
  ['user-management', 'waits', everywhere],
  [
    'deployment-management',
    'waits or is written',
    [...everywhere, at.accepting, at.deploymentBecomes('rolling'), at.deploymentBecomes('live'), at.hearingOfBuild],
  ],
  [
    'build',
    'waits or is written',
    [...everywhere, at.buildBecomes('detecting'), at.buildBecomes('succeeded'), at.buildBecomes('queued')],
  ],
  ['metering', 'waits or is written', [...everywhere, at.accountingBegins]],
  ['gateway', 'waits', everywhere],
  ['agent', 'waits', everywhere],
  ...partNames.map((name): Kill => [name, 'is on its way', onTheWay]),
];

// Nobody waits for a slot here.
killSuite(kills, Math.max(...kills.map(([, , phases]) => phases.length)));
