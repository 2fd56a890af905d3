/** Pattern of SQL's `like` for whatever begins with the text, in which nothing has a meaning of its own. */
export const likePrefix = (text: string): string => `${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
