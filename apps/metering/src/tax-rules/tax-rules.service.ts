import { Audit, type Caller, changedFrom } from '@berth/access';
import type { CreateTaxRule, TaxRule } from '@berth/contracts/metering';
import { Clock, Database, Ids, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { taxRuleErrors } from './tax-rules.errors.js';
import { TaxRulesRepository } from './tax-rules.repository.js';

@Injectable()
export class TaxRulesService {
  constructor(
    private readonly rules: TaxRulesRepository,
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** What was charged with is never other than it was: a rule begins in the future. */
  create(caller: Caller, body: CreateTaxRule): Promise<TaxRule> {
    if (new Date(body.validFrom) <= this.clock.now())
      throw taxRuleErrors.TaxRuleTooEarly('A rule begins in the future.', { pointer: '/validFrom' });
    return this.database.transaction(async (tx) => {
      const rule = { id: this.ids.next(), ...body };
      if (!(await this.rules.insert(tx, rule)))
        throw taxRuleErrors.TaxRuleTaken(
          'There is a rule of the same issuer, country, customers and tax from then on.',
        );
      const target = { kind: 'tax-rule', id: rule.id };
      const detail = { tax: rule.tax.id, percent: rule.tax.percent };
      const change = changedFrom(termsOf(await this.formerOf(tx, rule)), termsOf(rule));
      await this.audit.record(tx, {
        by: caller,
        action: 'tax-rules:update',
        target,
        organizationId: null,
        detail,
        change,
      });
      return rule;
    });
  }

  /** What holds until it begins. */
  private async formerOf(
    tx: Tx,
    { issuer, country, customers, tax, validFrom }: TaxRule,
  ): Promise<TaxRule | undefined> {
    const rules = await this.rules.of(tx, issuer, country);
    return rules
      .filter((each) => each.customers === customers && each.tax.id === tax.id && each.validFrom < validFrom)
      .sort((a, b) => (a.validFrom < b.validFrom ? 1 : -1))[0];
  }
}

const termsOf = (rule: TaxRule | undefined): object =>
  rule ? { name: rule.tax.name, percent: rule.tax.percent, validFrom: rule.validFrom } : {};
