import { changeMembers } from './change-members.js';

export const { options, run } = changeMembers('who is in it no longer', (inIt, named) =>
  inIt.filter((each) => !named.includes(each)),
);
