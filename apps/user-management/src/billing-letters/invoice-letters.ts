import type { DataOf, invoiceIssued, invoiceVoided } from '@berth/contracts/events';
import type { Letter } from '../mail/letter.js';

type Body = Omit<Letter, 'to'>;

export const issuedLetter = (organization: string, fact: DataOf<typeof invoiceIssued>): Body => ({
  subject: `${organization}: invoice ${fact.number} for ${fact.month}`,
  opening: [`${fact.due} ${fact.currency} are due for ${fact.month}. The invoice says what for, line by line.`],
  closing: [
    `To read it: berth invoices show ${fact.number}`,
    `What ran, and who deployed it: berth invoices explain ${fact.number}`,
  ],
});

export const voidedLetter = (organization: string, fact: DataOf<typeof invoiceVoided>): Body => ({
  subject: `${organization}: invoice ${fact.number} is void`,
  opening: [
    `Invoice ${fact.number} for ${fact.month} counts no more.`,
    ...(fact.creditNote === undefined ? [] : [`Credit note ${fact.creditNote} takes it back.`]),
  ],
  closing: ['What is due now: berth invoices list'],
});
