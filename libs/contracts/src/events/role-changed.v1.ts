import { defineEvent } from './define-event.js';
import { customRole } from './shapes.js';
/** States the whole role. */
export const roleChanged = defineEvent({
  type: 'berth.role.changed.v1',
  producer: 'user-management',
  data: customRole,
});
