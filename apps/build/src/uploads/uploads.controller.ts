import { PassThrough, type Readable } from 'node:stream';
import { Access, type Caller, CurrentCaller, Requires } from '@berth/access';
import { type Upload, upload, uploadQuery, type UploadQuery } from '@berth/contracts/build';
import { AnswerNotStored, Answers } from '@berth/service-kit';
import { Controller, Inject, Post, Query, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { uploadErrors } from './uploads.errors.js';
import { UploadsService } from './uploads.service.js';

@Controller('v1/uploads')
export class UploadsController {
  constructor(
    @Inject(UploadsService) private readonly uploads: UploadsService,
    @Inject(Access) private readonly access: Access,
  ) {}

  /** A stream cannot be compared with that of an earlier request, so an Idempotency-Key is not remembered: twice makes two. */
  @Post()
  @Requires('uploads:create')
  @AnswerNotStored()
  @Answers(upload, 201)
  @ApiConsumes('application/gzip')
  @ApiBody({ description: 'A gzipped tar of the source.', schema: { type: 'string', format: 'binary' } })
  async create(
    @CurrentCaller() caller: Caller,
    @Query({ schema: uploadQuery }) query: UploadQuery,
    @Req() request: FastifyRequest,
  ): Promise<Upload> {
    const project = query.project ? { projectId: query.project } : {};
    await this.access.require(caller, 'uploads:create', { organizationId: query.organization, ...project });
    const body = request.body as Readable | undefined;
    if (typeof body?.pipe !== 'function') throw uploadErrors.UploadNotGzip('Send the source as application/gzip.');
    const left = new AbortController();
    request.raw.once('close', () => request.raw.complete || left.abort());
    const { createdAt, ...rest } = await this.uploads.create(caller, query, detached(body), left.signal);
    return { ...rest, createdAt: createdAt.toISOString() };
  }
}

/**
 * The body as a stream that may be given up without the connection: a client that is still sending would otherwise never
 * read why. What it goes on to send is thrown away.
 */
function detached(body: Readable): Readable {
  const copy = new PassThrough();
  copy.once('close', () => {
    body.unpipe(copy);
    body.resume();
  });
  return body.pipe(copy);
}
