import { applyDecorators, Header } from '@nestjs/common';
import { ApiDefaultResponse, ApiProduces } from '@nestjs/swagger';

export interface DevicePage {
  readonly status: number;
  readonly html: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Reply {
  status(code: number): unknown;
  header(name: string, value: string): unknown;
}

/** A route that answers a page, which nobody keeps. */
export const AnswersPage = (description: string): MethodDecorator =>
  applyDecorators(
    Header('content-type', 'text/html; charset=utf-8'),
    Header('cache-control', 'no-store'),
    ApiProduces('text/html'),
    ApiDefaultResponse({ description, schema: { type: 'string' } }),
  );

/** Forms go nowhere else, whatever a page should hold one day. */
const policy = "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** For a page that needs something more. */
export const policyWith = (directive: string): string => `${policy}; ${directive}`;

export function rendered({ status, html, headers = {} }: DevicePage, reply: Reply): string {
  void reply.status(status);
  for (const [name, value] of Object.entries({ 'content-security-policy': policy, ...headers }))
    void reply.header(name, value);
  return html;
}
