import { answerOf } from '@berth/api-client';
import { Argument, type Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { wholeNumber } from '../../parsing/whole-number.js';

const services = ['deployment-management', 'user-management'] as const;

interface Options {
  readonly reason: string;
  readonly over?: number;
}

export const options = (command: Command): Command =>
  command
    .addArgument(new Argument('<service>', 'whose database was restored').choices(services))
    .requiredOption('--reason <text>', 'kept in the audit trail')
    .option('--over <epoch>', 'the epoch to be left, for files that were put back', wholeNumber);

export async function run(
  { client, out }: Context,
  { reason, over }: Options,
  service: (typeof services)[number],
): Promise<void> {
  const body = { reason, ...(over !== undefined && { over }) };
  const raised = await answerOf(client.POST(`/v1/admin/${service}/epochs`, { body }));
  const since = raised.beganAt === null ? '' : ` since ${time(raised.beganAt)}`;
  await out.result(raised, () =>
    raised.isNew
      ? `${service} tells of epoch ${raised.epoch} from now on, and stated everything again.`
      : `${service} has told of epoch ${raised.epoch}${since}; everything was stated again.`,
  );
}
