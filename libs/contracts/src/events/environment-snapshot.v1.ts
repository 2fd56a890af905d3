import { environmentCreated } from './environment-created.v1.js';
import { defineEvent } from './define-event.js';

/** What it is and whose, for a new or repaired consumer; also of one that was deleted. */
export const environmentSnapshot = defineEvent({
  type: 'berth.environment.snapshot.v1',
  producer: 'deployment-management',
  data: environmentCreated.data,
});
