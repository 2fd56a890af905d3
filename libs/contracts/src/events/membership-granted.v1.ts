import { defineEvent } from './define-event.js';
import { membership } from './shapes.js';

/** The subject of the event is the organization: its `aggregateversion` is the version of the organization's access state. */
export const membershipGranted = defineEvent({
  type: 'berth.membership.granted.v1',
  producer: 'user-management',
  data: membership,
});
