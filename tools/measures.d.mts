export interface SourceText {
  readonly path: string;
  readonly text: string;
}
export function linesOf(file: SourceText): number;
export function quantile(numbers: readonly number[], share: number): number;
export function functionSizes(file: SourceText): number[];
export function commentShare(files: readonly SourceText[]): number;
export function suppressionsWithoutReason(file: SourceText): string[];
