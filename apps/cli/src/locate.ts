import type { CommandEntry } from './command-entry.js';
import { commands } from './command-table.js';

/** Where the words of a command line lead. */
export type Located =
  | { readonly kind: 'command'; readonly entry: CommandEntry; readonly args: readonly string[] }
  /** `berth config`: a noun that needs a verb; the empty noun is berth itself. */
  | { readonly kind: 'noun'; readonly noun: string; readonly wantsHelp: boolean }
  | { readonly kind: 'unknown'; readonly words: string };

const withValue = ['--server', '--org', '--project', '--env', '--app'];

/** Options may also come before the command: they are handed on behind it. */
export function locate(argv: readonly string[]): Located {
  const start = firstWord(argv);
  const before = argv.slice(0, start);
  const words = argv.slice(start);
  const entry = [2, 1].map((count) => find(words.slice(0, count))).find((each) => each !== undefined);
  if (entry) return { kind: 'command', entry, args: [...before, ...words.slice(entry.path.split(' ').length)] };
  const wantsHelp = argv.some((word) => word === '--help' || word === '-h') || words[0] === 'help';
  const noun = words[0] === 'help' ? (words[1] ?? '') : (words[0] ?? '');
  const isNoun = noun === '' || commands.some((each) => each.path.startsWith(`${noun} `));
  const [, verb] = words;
  if (isNoun && (verb === undefined || verb.startsWith('-') || wantsHelp)) return { kind: 'noun', noun, wantsHelp };
  return { kind: 'unknown', words: words.slice(0, isNoun ? 2 : 1).join(' ') };
}

const find = (words: readonly string[]): CommandEntry | undefined =>
  commands.find((each) => each.path === words.join(' '));

function firstWord(argv: readonly string[]): number {
  let index = 0;
  while (argv[index]?.startsWith('-')) index += withValue.includes(argv[index] ?? '') ? 2 : 1;
  return Math.min(index, argv.length);
}
