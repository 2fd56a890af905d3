import { Server } from 'node:tls';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { BaseConfig } from '../config/base-config.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { CONFIG } from '../service/config-token.js';
import { type CancelTimer, Clock } from '../time/clock.js';
import { readCertificate } from './certificates.js';

/** Looking is cheap, and works however the files are replaced: written over, renamed, or swapped by a link. */
const EVERY_MS = 5_000;

/** Takes a renewed certificate while the service runs; connections that are open keep theirs. */
@Injectable()
export class CertificateRenewal implements OnApplicationBootstrap, OnModuleDestroy {
  private stop: CancelTimer = () => undefined;
  private current = '';

  constructor(
    @Inject(CONFIG) private readonly config: BaseConfig,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    const { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile } = this.config;
    const server: unknown = this.host.httpAdapter.getHttpServer();
    if (!certFile || !keyFile || !(server instanceof Server)) return;
    this.current = JSON.stringify(readCertificate(certFile, keyFile));
    this.stop = this.clock.every(EVERY_MS, () => this.renew(server, certFile, keyFile));
  }

  onModuleDestroy(): void {
    this.stop();
  }

  /** A pair that does not fit is one that is just being replaced: the former one goes on until the next look. */
  private renew(server: Server, certFile: string, keyFile: string): void {
    try {
      const certificate = readCertificate(certFile, keyFile);
      if (JSON.stringify(certificate) === this.current) return;
      server.setSecureContext(certificate);
      this.current = JSON.stringify(certificate);
      this.logger.info('the certificate was renewed');
    } catch (error) {
      this.logger.warn({ err: error }, 'the renewed certificate cannot be used');
    }
  }
}
