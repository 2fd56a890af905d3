import {
  type budgetCleared,
  type budgetExhausted,
  type budgetThresholdCrossed,
  type DataOf,
} from '@berth/contracts/events';
import type { Letter } from '../mail/letter.js';

type Body = Omit<Letter, 'to'>;
type Fact = DataOf<typeof budgetCleared>;

const change = 'To change or raise it: berth budgets update';
const amountOf = ({ spent, amount, currency, month }: Fact) =>
  `${spent} of ${amount} ${currency} are spent in ${month}.`;

export const thresholdLetter = (organization: string, fact: DataOf<typeof budgetThresholdCrossed>): Body => ({
  subject: `${organization}: ${fact.threshold} % of the budget ${fact.name}`,
  opening: [amountOf(fact), `If it goes on as in the last day, the month will cost ${fact.forecast} ${fact.currency}.`],
  closing: [change],
});

/** The first of these is a warning: nothing is stopped yet. */
export function exhaustedLetter(organization: string, fact: DataOf<typeof budgetExhausted>): Body {
  const { name, stops, stopsNext, stopsNextAt } = fact;
  const now = stops.length === 0 ? 'Nothing was stopped yet.' : `Stopped now: ${stops.join(', ')}. Nothing is lost.`;
  const next =
    stopsNextAt === null ? [] : [`Unless the cap is raised, ${stopsNext.join(', ')} will stop at ${stopsNextAt}.`];
  const what = stops.length === 0 ? 'is spent' : `stops ${stops.join(', ')}`;
  return {
    subject: `${organization}: the budget ${name} ${what}`,
    opening: [amountOf(fact), now, ...next],
    closing: [change],
  };
}

export const clearedLetter = (organization: string, fact: Fact): Body => ({
  subject: `${organization}: the budget ${fact.name} stops nothing any more`,
  opening: [amountOf(fact), 'What was stopped because of it runs again.'],
  closing: [change],
});
