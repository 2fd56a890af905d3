import { Clock, CONFIG, ConfigError, Database, DomainError } from '@berth/service-kit';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Config } from '../config.js';
import { PasswordsService } from '../passwords/passwords.service.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';

const LOCK = 7_163_690_001;
const DAY_MS = 86_400_000;

/** Makes the first user, an administrator, when there is no user at all. */
@Injectable()
export class BootstrapAdministrator implements OnApplicationBootstrap {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(Database) private readonly database: Database,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(UsersService) private readonly service: UsersService,
    @Inject(PasswordsService) private readonly passwords: PasswordsService,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { BOOTSTRAP_ADMIN_EMAIL: email, BOOTSTRAP_ADMIN_PASSWORD: password } = this.config;
    if (email === undefined || password === undefined) return;
    if (!(await this.users.isEmpty(this.database))) return;
    await this.requireUnknown(password);
    const passwordHash = await this.passwords.hash(password);
    const administrator = {
      email: email.toLowerCase(),
      username: null,
      displayName: null,
      passwordHash,
      passwordEndsAt: new Date(this.clock.now().getTime() + this.config.INITIAL_PASSWORD_DAYS * DAY_MS),
      administrator: true,
    };
    await this.database.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1)', [LOCK]); // replicas that start together make one
      if (await this.users.isEmpty(tx)) await this.service.create(tx, administrator);
    });
  }

  /** As of any password that somebody chooses. */
  private async requireUnknown(password: string): Promise<void> {
    try {
      await this.passwords.refuseKnown(password);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      throw new ConfigError(`BOOTSTRAP_ADMIN_PASSWORD ${error.message}.`);
    }
  }
}
