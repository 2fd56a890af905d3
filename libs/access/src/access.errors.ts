import { defineErrors } from '@berth/service-kit';

/** Everything that access control answers. */
export const accessErrors = defineErrors({
  Unauthenticated: 401,
  Forbidden: 403,
  OrganizationSuspended: 403,
  SecondFactorNeeded: 403,
  NotFound: 404,
  BerthAccessMalformed: 400,
  AccessPending: 503,
  AccessStale: 503,
});

/** One refusal for what is not there and for what the caller may not know of: nobody can tell the two apart. */
export const notFound = () => accessErrors.NotFound('There is no such object.');
