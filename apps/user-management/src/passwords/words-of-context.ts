/** What everybody tries here, whoever they attack. */
const PLATFORM = ['berth', 'paas'];
const SHORTEST_WORD = 3;
/** So much has to be left of a password beside the words that somebody can know. */
const ENOUGH = 6;

/**
 * Whether a password is little more than words that others know of its owner: name, address, organization, the platform.
 * (OWASP ASVS 5.0, 6.1.2 and 6.2.11.) A phrase that holds such a word among others is taken.
 */
export function isMadeOfContext(password: string, known: readonly string[]): boolean {
  const said = lettersOf(password);
  const rest = wordsOf([...known, ...PLATFORM]).reduce((left, word) => left.replaceAll(word, ''), said);
  return rest.length < said.length && rest.length < ENOUGH;
}

/** Longest first: what is left of a longer word is none of the shorter ones. */
function wordsOf(texts: readonly string[]): string[] {
  const words = texts.flatMap((text) => [...text.split('@'), ...text.split(/[^\p{L}\p{N}]+/u)]).map(lettersOf);
  const long = words.filter((word) => word.length >= SHORTEST_WORD);
  return [...new Set(long)].sort((one, other) => other.length - one.length);
}

/** As somebody says it: without accents, capitals, spaces and marks. */
const lettersOf = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
