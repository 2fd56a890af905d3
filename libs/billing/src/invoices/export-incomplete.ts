/** Thrown when an export does not hold what its invoice follows from. */
export class ExportIncomplete extends Error {}
