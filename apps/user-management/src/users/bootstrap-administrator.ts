import { CONFIG, Database } from '@berth/service-kit';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Config } from '../config.js';
import { PasswordsService } from '../passwords/passwords.service.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';

const LOCK = 7_163_690_001;

/** Makes the first user, an administrator, when there is no user at all. */
@Injectable()
export class BootstrapAdministrator implements OnApplicationBootstrap {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(Database) private readonly database: Database,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(UsersService) private readonly service: UsersService,
    @Inject(PasswordsService) private readonly passwords: PasswordsService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { BOOTSTRAP_ADMIN_EMAIL: email, BOOTSTRAP_ADMIN_PASSWORD: password } = this.config;
    if (email === undefined || password === undefined) return;
    if (!(await this.users.isEmpty(this.database))) return;
    const passwordHash = await this.passwords.hash(password);
    const administrator = {
      email: email.toLowerCase(),
      username: null,
      displayName: null,
      passwordHash,
      administrator: true,
    };
    await this.database.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1)', [LOCK]); // replicas that start together make one
      if (await this.users.isEmpty(tx)) await this.service.create(tx, administrator);
    });
  }
}
