import { appCreated } from './app-created.v1.js';
import { defineEvent } from './define-event.js';

/** What it is and whose, for a new or repaired consumer; also of one that was deleted. */
export const appSnapshot = defineEvent({
  type: 'berth.app.snapshot.v1',
  producer: 'deployment-management',
  data: appCreated.data,
});
