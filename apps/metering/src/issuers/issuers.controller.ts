import { Access, Audit, type Caller, changedFrom, concealed, CurrentCaller, Requires } from '@berth/access';
import { type Page, type PageQuery, pageQuery } from '@berth/contracts/common';
import {
  type Issuer,
  issuer,
  issuerCode,
  issuerPage,
  type UpdateIssuer,
  updateIssuer,
} from '@berth/contracts/metering';
import { Answers, Database, toPage } from '@berth/service-kit';
import { Body, Controller, Get, Param, Put, Query } from '@nestjs/common';
import { IssuersRepository } from './issuers.repository.js';

@Controller('v1/admin/metering/issuers')
export class IssuersController {
  constructor(
    private readonly issuers: IssuersRepository,
    private readonly access: Access,
    private readonly audit: Audit,
    private readonly database: Database,
  ) {}

  @Get()
  @Requires('billing-accounts:update')
  @Answers(issuerPage)
  async listIssuers(
    @CurrentCaller() caller: Caller,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<Page<Issuer>> {
    this.access.requireOnPlatform(caller, 'billing-accounts:update');
    return toPage(await this.issuers.list(this.database, query), query.limit, (each) => each.issuer);
  }

  @Put(':issuer')
  @Requires('billing-accounts:update')
  @Answers(issuer)
  putIssuer(
    @CurrentCaller() caller: Caller,
    @Param('issuer', { schema: issuerCode }) code: string,
    @Body({ schema: updateIssuer }) body: UpdateIssuer,
  ): Promise<Issuer> {
    this.access.requireOnPlatform(caller, 'billing-accounts:update');
    return this.database.transaction(async (tx) => {
      const described = { issuer: code, ...body };
      const { profile, daysToPay } = (await this.issuers.lock(tx, code)) ?? {};
      await this.issuers.describe(tx, described);
      const target = { kind: 'issuer', id: code };
      const action = 'billing-accounts:update';
      // An issuer may be a person: that the profile changed is all that is kept.
      const change = concealed(changedFrom({ profile, daysToPay }, body), 'profile');
      await this.audit.record(tx, { by: caller, action, target, organizationId: null, change });
      return described;
    });
  }
}
