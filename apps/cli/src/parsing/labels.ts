import { usageError } from '../errors.js';

/** `team=shop cost-center=4711`. @throws CliError for what has no value */
export function parseLabels(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at < 1 || at === text.length - 1) throw usageError(`"${text}" is no label: write team=shop.`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
