import { spread } from './statistics.mjs';

/**
 * One line of the table.
 * @typedef {object} Row
 * @property {string} id         the promise, such as M4, or a short name
 * @property {string} what       what is compared with what
 * @property {string} measure    how `figure` follows from ours and base: 'ours / base', 'ours - base' or 'ours'
 * @property {Spread} figure     over the rounds
 * @property {Goal} [goal]       absent: shown for information
 * @property {string} unit       of ours and base
 * @property {Spread} ours
 * @property {Spread} [base]
 *
 * @typedef {{min: number, median: number, max: number}} Spread
 * @typedef {{atMost: number} | {atLeast: number}} Goal
 */

export const atMost = (limit) => ({ atMost: limit });
export const atLeast = (limit) => ({ atLeast: limit });

/** Ours divided by base, pair by pair. `of` makes a number of what a side answered (a quantile of its durations, say). */
export const ratioRow = ({ pairs, of = (sample) => sample, ...rest }) =>
  compare('ours / base', pairs, of, rest, (ours, base) => ours / base);

/** What ours takes beyond base, pair by pair, in the row's unit. */
export const overheadRow = ({ pairs, of = (sample) => sample, ...rest }) =>
  compare('ours - base', pairs, of, rest, (ours, base) => ours - base);

/** A figure that has no counterpart, such as memory. */
export const figureRow = ({ values, ...rest }) => {
  const figure = spread(values);
  return { ...rest, measure: 'ours', figure, ours: figure };
};

/** Whether the median keeps the goal; undefined when there is none. */
export function meetsGoal({ goal, figure }) {
  if (!goal) return undefined;
  return 'atMost' in goal ? figure.median <= goal.atMost : figure.median >= goal.atLeast;
}

function compare(measure, pairs, of, rest, figureOf) {
  const numbers = pairs.map(({ ours, base }) => ({ ours: of(ours), base: of(base) }));
  return {
    ...rest,
    measure,
    figure: spread(numbers.map(({ ours, base }) => figureOf(ours, base))),
    ours: spread(numbers.map(({ ours }) => ours)),
    base: spread(numbers.map(({ base }) => base)),
  };
}
