/** What a shell reads back as these words; a single one is a whole command line already. */
export function commandLine(words: readonly string[]): string {
  const [only, ...others] = words;
  return only !== undefined && others.length === 0 ? only : words.map(quoted).join(' ');
}

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
