export type Cell = string | number | null | undefined;

const nothing = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
    .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'])
    .map((name) => [name, '']),
);

/** Columns under headings, without borders: easy to read, and to cut with other tools. */
export async function table(head: readonly string[], rows: readonly (readonly Cell[])[]): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const style = { head: [], border: [], 'padding-left': 0, 'padding-right': 0 };
  const lines = new Table({ chars: { ...nothing, middle: '  ' }, style });
  lines.push(
    head.map((title) => title.toUpperCase()),
    ...rows.map((row) => row.map(text)),
  );
  return trimmed(lines.toString());
}

/** Name and value a line. */
export const record = (entries: Readonly<Record<string, Cell>>): string => {
  const width = Math.max(...Object.keys(entries).map((name) => name.length));
  return Object.entries(entries)
    .map(([name, value]) => `${`${name}:`.padEnd(width + 2)}${text(value)}`)
    .join('\n');
};

/** Names are other people's: what a terminal would obey is shown as what it is not. */
const CONTROLS = /(?![\n\t])\p{Cc}/gu;
const text = (cell: Cell): string =>
  cell === null || cell === undefined || cell === '' ? '-' : String(cell).replaceAll(CONTROLS, '\uFFFD');
const trimmed = (lines: string): string => lines.replaceAll(/ +$/gm, '');
