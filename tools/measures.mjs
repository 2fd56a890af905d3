// What the house style bounds over the whole tree, measured on the text of files: `{ path, text }`.
import ts from 'typescript';

const filled = (text) => text.split('\n').filter((line) => line.trim() !== '');

/** Lines of a file that are not blank. */
export const linesOf = ({ text }) => filled(text).length;

/** The value below which that share of the numbers lies; 0 when there are none. */
export const quantile = (numbers, share) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
};

/** Lines of each function with a body, arrow functions among them, that are not blank; one within another counts in both. */
export function functionSizes({ path, text }) {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
  const sizes = [];
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body) sizes.push(filled(text.slice(node.getStart(source), node.end)).length);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return sizes;
}

/** Of all lines that are not blank, the share of those that hold words of a comment and no code. */
export function commentShare(files) {
  const lines = files.flatMap(({ text }) => filled(text));
  return lines.filter((line) => /^\s*(\/\/|\/\*|\*)/.test(line) && /\w/.test(line)).length / lines.length;
}

/** Places where a rule or the compiler is silenced, and nobody says why after `--` or, for the compiler, after its name. */
export function suppressionsWithoutReason({ path, text }) {
  return text.split('\n').flatMap((line, index) => {
    const silenced = /(eslint-disable\S*|@ts-(?:ignore|expect-error|nocheck))(.*)/.exec(line);
    if (!silenced || !/\/[/*]/.test(line)) return [];
    const reason = silenced[1].startsWith('@') ? silenced[2] : (silenced[2].split(' -- ')[1] ?? '');
    return /\w{2}/.test(reason) ? [] : [`${path}:${index + 1}`];
  });
}
