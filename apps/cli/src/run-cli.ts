import { Command, CommanderError } from 'commander';
import type { CommandEntry, CommandModule } from './command-entry.js';
import { CommandEnded, exitCodes } from './errors.js';
import { helpText, nounHelp } from './help.js';
import type { Io } from './io.js';
import { locate } from './locate.js';

const VERSION = '0.1.0';

/** Runs one command line and answers the exit code. */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  if (argv[0] === '--version' || argv[0] === '-V') return say(io.stdout, VERSION, exitCodes.ok);
  const located = locate(argv);
  if (located.kind === 'unknown') {
    return say(io.stderr, `There is no command "berth ${located.words}". See: berth --help`, exitCodes.usage);
  }
  if (located.kind === 'command') return runCommand(located.entry, located.args, io);
  const text = located.noun === '' ? helpText() : nounHelp(located.noun);
  return located.wantsHelp ? say(io.stdout, text, exitCodes.ok) : say(io.stderr, text, exitCodes.usage);
}

async function runCommand(entry: CommandEntry, args: readonly string[], io: Io): Promise<number> {
  try {
    const module = await entry.load();
    const command = commandOf(entry, module, io);
    command.parse([...args], { from: 'user' });
    const { createContext } = await import('./context.js');
    const context = await createContext(io, command.opts());
    await module.run(context, command.opts() as never, ...(command.processedArgs as never[]));
    return exitCodes.ok;
  } catch (error) {
    // Commander has written its own message.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (error instanceof CommandEnded) return error.exitCode;
    const { failureOf } = await import('./failure.js');
    const failure = failureOf(error);
    return say(io.stderr, failure.lines.join('\n'), failure.exitCode);
  }
}

/** Commander's view of one command: what `--help` of it shows. */
export function commandOf(entry: CommandEntry, module: CommandModule, io: Io): Command {
  const command = new Command(`berth ${entry.path}`)
    .description(`${entry.summary.charAt(0).toUpperCase()}${entry.summary.slice(1)}.`)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
    });
  module
    .options(command)
    .option('--json', 'result as JSON on stdout')
    .option('--server <url>', 'another platform than the one of the last login');
  return command;
}

function say(stream: Io['stdout'], text: string, exitCode: number): number {
  stream.write(`${text}\n`);
  return exitCode;
}
