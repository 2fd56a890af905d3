import { type Issuer, seller } from '@berth/contracts/metering';
import { decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

const columns = 'issuer, profile, days_to_pay as "daysToPay"';
const issuerOf = (row: Issuer): Issuer => ({ ...row, profile: seller.parse(row.profile) });

@Injectable()
export class IssuersRepository {
  /** One more than asked for; only those that were described. */
  async list(sql: Sql, page: { limit: number; cursor?: string | undefined }): Promise<Issuer[]> {
    const rows = await sql.query<Issuer>(
      `select ${columns} from invoice_issuer
        where profile is not null and ($1::text is null or issuer > $1) order by issuer limit $2`,
      [decodeCursor(page.cursor), page.limit + 1],
    );
    return rows.map(issuerOf);
  }

  async find(sql: Sql, issuer: string): Promise<Issuer | undefined> {
    const [row] = await sql.query<Issuer>(
      `select ${columns} from invoice_issuer where issuer = $1 and profile is not null`,
      [issuer],
    );
    return row && issuerOf(row);
  }

  /** As it was described until now, undefined if never; nobody else describes it before the commit. */
  async lock(tx: Tx, issuer: string): Promise<Issuer | undefined> {
    await tx.query(
      `insert into invoice_issuer as i (issuer, last_number) values ($1, 0)
       on conflict (issuer) do update set issuer = i.issuer`,
      [issuer],
    );
    return this.find(tx, issuer);
  }

  /** Of one that is locked. */
  async describe(tx: Tx, { issuer, profile, daysToPay }: Issuer): Promise<void> {
    await tx.query('update invoice_issuer set profile = $2, days_to_pay = $3 where issuer = $1', [
      ...[issuer, JSON.stringify(profile), daysToPay],
    ]);
  }
}
