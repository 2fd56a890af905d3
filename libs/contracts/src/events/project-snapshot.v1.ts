import { projectCreated } from './project-created.v1.js';
import { defineEvent } from './define-event.js';

/** What it is and whose, for a new or repaired consumer; also of one that was deleted. */
export const projectSnapshot = defineEvent({
  type: 'berth.project.snapshot.v1',
  producer: 'deployment-management',
  data: projectCreated.data,
});
