import { changeMembers } from './change-members.js';

/** Whoever is in it gets what it has. */
export const { options, run } = changeMembers('members of the organization', (inIt, named) => [
  ...new Set([...inIt, ...named]),
]);
