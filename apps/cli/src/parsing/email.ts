/** As the platform writes addresses, so that one that is typed can be compared with those it tells. */
export const emailAddress = (text: string): string => text.trim().toLowerCase();
