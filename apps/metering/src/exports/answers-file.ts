import { applyDecorators, HttpCode, StreamableFile } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';

/** Declares an answer that is a file and no JSON. */
export const AnswersFile = (mediaType: string): MethodDecorator =>
  applyDecorators(
    HttpCode(200),
    ApiResponse({ status: 200, content: { [mediaType]: { schema: { type: 'string', format: 'binary' } } } }),
  );

export const fileOf = (bytes: Buffer, type: string, name: string): StreamableFile =>
  new StreamableFile(bytes, { type, disposition: `attachment; filename="${name}"`, length: bytes.length });
