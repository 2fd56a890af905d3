import { meetsGoal } from './rows.mjs';

const HEAD = ['', 'what', 'ours', 'base', 'measure', 'min', 'median', 'max', 'goal', ''];

/** The table of all rows as text, one line each, columns aligned. */
export function tableOf(rows) {
  const lines = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cellsOf(row) {
  const { id, what, measure, figure, unit, ours, base, goal } = row;
  const amount = (spread) => (spread ? `${number(spread.median)} ${unit}` : '');
  const [min, median, max] = [figure.min, figure.median, figure.max].map(number);
  return [id, what, amount(ours), amount(base), measure, min, median, max, goalText(goal), verdictOf(row)];
}

export function verdictOf(row) {
  const met = meetsGoal(row);
  if (met === undefined) return '';
  return met ? 'met' : 'MISSED';
}

function goalText(goal) {
  if (!goal) return '';
  return 'atMost' in goal ? `<= ${goal.atMost}` : `>= ${goal.atLeast}`;
}

/** Three figures at least: 0.0123, 1.23, 12.3, 123, 12345. */
function number(value) {
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 4));
}
