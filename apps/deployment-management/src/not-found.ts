import { accessErrors } from '@berth/access';

/** One refusal for what is not there and for what the caller may not know of: nobody can tell the two apart. */
export const notFound = () => accessErrors.NotFound('There is no such object.');
