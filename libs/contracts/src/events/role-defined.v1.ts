import { defineEvent } from './define-event.js';
import { customRole } from './shapes.js';
/** A set of permissions that an organization gives a name of its own. */
export const roleDefined = defineEvent({
  type: 'berth.role.defined.v1',
  producer: 'user-management',
  data: customRole,
});
