import { defineEvent } from './define-event.js';
import { group } from './shapes.js';
/** States the whole group: who is in it, and what they may do because of it. */
export const groupChanged = defineEvent({
  type: 'berth.group.changed.v1',
  producer: 'user-management',
  data: group,
});
