export function cyclesIn(root: string, files: readonly string[]): string[][];
