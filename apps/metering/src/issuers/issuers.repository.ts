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

  async put(tx: Tx, { issuer, profile, daysToPay }: Issuer): Promise<void> {
    await tx.query(
      `insert into invoice_issuer (issuer, last_number, profile, days_to_pay) values ($1, 0, $2, $3)
       on conflict (issuer) do update set profile = excluded.profile, days_to_pay = excluded.days_to_pay`,
      [issuer, JSON.stringify(profile), daysToPay],
    );
  }
}
