import type { TaxRule } from '@berth/contracts/metering';
import { decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

type Row = Omit<TaxRule, 'validFrom'> & { readonly validFrom: Date };

const columns = `id, issuer, country, customers, valid_from as "validFrom",
  json_build_object('id', tax_id, 'name', name, 'percent', percent) as tax`;

const ruleOf = (row: Row): TaxRule => ({ ...row, validFrom: row.validFrom.toISOString() });

@Injectable()
export class TaxRulesRepository {
  /** One more than asked for; the oldest first. */
  async list(sql: Sql, page: { limit: number; cursor?: string | undefined }): Promise<TaxRule[]> {
    const rows = await sql.query<Row>(
      `select ${columns} from tax_rule where $1::uuid is null or id > $1 order by id limit $2`,
      [decodeCursor(page.cursor, 'id'), page.limit + 1],
    );
    return rows.map(ruleOf);
  }

  async of(sql: Sql, issuer: string, country: string | null): Promise<TaxRule[]> {
    const rows = await sql.query<Row>(`select ${columns} from tax_rule where issuer = $1 and country = $2`, [
      ...[issuer, country],
    ]);
    return rows.map(ruleOf);
  }

  /** False when there is one that begins at the same moment. */
  async insert(tx: Tx, { id, issuer, country, customers, validFrom, tax }: TaxRule): Promise<boolean> {
    const rows = await tx.query(
      `insert into tax_rule (id, issuer, country, customers, tax_id, name, percent, valid_from)
       values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning id`,
      [id, issuer, country, customers, tax.id, tax.name, tax.percent, validFrom],
    );
    return rows.length > 0;
  }
}
