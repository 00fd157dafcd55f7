/**
 * From argv to an exit code: finds the command, has its flags parsed, runs it, and turns what was thrown into a message
 * for a person. Commands are imported when they are needed, so that help answers at once.
 */

import { ADDRESS_SPACE, needAddressSpace } from '../system/address-space.ts';
import { EXIT, UserError } from '../system/errors.ts';
import { COMMIT, LIST_VULKAN, VERSION } from '../system/program.ts';
import { parseArguments } from './arguments.ts';
import {
  COMMANDS,
  type CommandSpec,
  DEVICES,
  MODELS_IMPORT,
  MODELS_LIST,
  MODELS_PATH,
  MODELS_PULL,
  MODELS_REMOVE,
  MODELS_VERIFY,
  PREDICT,
  RUNTIME_INSTALL,
  RUNTIME_LIST,
  RUNTIME_REMOVE,
  TOP_FLAGS,
  TRANSLATE,
  VALIDATE,
} from './flags.ts';
import { commandHelp, shortHelp, topHelp } from './help.ts';
import { suggest } from './suggest.ts';
import { Telling } from './telling.ts';

export async function run(argv: readonly string[]): Promise<number> {
  const telling = new Telling();
  try {
    return await dispatch(argv, telling);
  } catch (error) {
    return telling.failed(error);
  } finally {
    telling.close();
  }
}

async function dispatch(argv: readonly string[], telling: Telling): Promise<number> {
  if (argv[0] === LIST_VULKAN) {
    const { listVulkan } = await import('./commands/list-vulkan.ts');
    listVulkan(argv[1]);
    return EXIT.done;
  }
  const command = commandOf(argv);
  if (command === undefined) return top(argv);
  const rest = argv.slice(command.name.split(' ').length);
  if (wantsHelp(rest)) {
    process.stdout.write(commandHelp(command));
    return EXIT.done;
  }
  switch (command) {
    case PREDICT: {
      const given = parseArguments(PREDICT, rest);
      const { beginPredict } = await import('./predict/begin.ts');
      return await beginPredict(given, argv, telling);
    }
    case TRANSLATE: {
      const given = parseArguments(TRANSLATE, rest);
      const emit = await telling.open(given, argv);
      needAddressSpace(ADDRESS_SPACE.sequences);
      const { translatePlan } = await import('./plan.ts');
      const plan = translatePlan(given);
      const { translate } = await import('./commands/translate.ts');
      return await translate(plan, emit);
    }
    case VALIDATE: {
      const given = parseArguments(VALIDATE, rest);
      const emit = await telling.open(given, argv);
      needAddressSpace(ADDRESS_SPACE.sequences);
      const { validatePlan } = await import('./plan.ts');
      const plan = validatePlan(given);
      const { validate } = await import('./commands/validate.ts');
      return await validate(plan, emit);
    }
    case DEVICES: {
      const given = parseArguments(DEVICES, rest);
      const emit = await telling.open(given, argv);
      if (given.has('verify')) needAddressSpace(ADDRESS_SPACE.model);
      const { devices } = await import('./commands/devices.ts');
      return await devices(given, emit);
    }
    case MODELS_IMPORT: {
      const given = parseArguments(MODELS_IMPORT, rest);
      const emit = await telling.open(given, argv);
      needAddressSpace(ADDRESS_SPACE.model);
      const { modelsImport } = await import('./commands/models-import.ts');
      await modelsImport(given, emit);
      return EXIT.done;
    }
    case MODELS_VERIFY: {
      const given = parseArguments(MODELS_VERIFY, rest);
      const emit = await telling.open(given, argv);
      needAddressSpace(ADDRESS_SPACE.model);
      const { modelsVerify } = await import('./commands/models-verify.ts');
      return await modelsVerify(given, emit);
    }
    case MODELS_LIST: {
      const given = parseArguments(MODELS_LIST, rest);
      const { modelsList } = await import('./commands/models-list.ts');
      await modelsList(given);
      return EXIT.done;
    }
    case MODELS_PATH: {
      const given = parseArguments(MODELS_PATH, rest);
      const { modelsPath } = await import('./commands/models-path.ts');
      await modelsPath(given);
      return EXIT.done;
    }
    case MODELS_PULL: {
      const given = parseArguments(MODELS_PULL, rest);
      const emit = await telling.open(given, argv);
      const { modelsPull } = await import('./commands/models-pull.ts');
      await modelsPull(given, emit);
      return EXIT.done;
    }
    case MODELS_REMOVE: {
      const given = parseArguments(MODELS_REMOVE, rest);
      const emit = await telling.open(given, argv);
      const { modelsRemove } = await import('./commands/models-remove.ts');
      await modelsRemove(given, emit);
      return EXIT.done;
    }
    case RUNTIME_INSTALL: {
      const given = parseArguments(RUNTIME_INSTALL, rest);
      const emit = await telling.open(given, argv);
      const { runtimeInstall } = await import('./commands/runtime-install.ts');
      await runtimeInstall(given, emit);
      return EXIT.done;
    }
    case RUNTIME_LIST: {
      const given = parseArguments(RUNTIME_LIST, rest);
      const { runtimeList } = await import('./commands/runtime-list.ts');
      await runtimeList(given);
      return EXIT.done;
    }
    case RUNTIME_REMOVE: {
      const given = parseArguments(RUNTIME_REMOVE, rest);
      const emit = await telling.open(given, argv);
      const { runtimeRemove } = await import('./commands/runtime-remove.ts');
      await runtimeRemove(given, emit);
      return EXIT.done;
    }
    default:
      throw new Error(`command ${command.name} is not wired`);
  }
}

/** The command that argv begins with; the longest name wins. */
function commandOf(argv: readonly string[]): CommandSpec | undefined {
  return COMMANDS.find(({ name }) => {
    const words = name.split(' ');
    return words.every((word, i) => argv[i] === word);
  });
}

async function top(argv: readonly string[]): Promise<number> {
  const [first] = argv;
  if (first === undefined || first === 'help') {
    process.stdout.write(first === undefined && process.stdout.isTTY ? shortHelp() : topHelp());
    return EXIT.done;
  }
  if (!first.startsWith('-')) {
    const group = COMMANDS.filter(({ name }) => name.startsWith(`${first} `));
    if (group.length === 0 || !wantsHelp(argv.slice(1))) throw unknownCommand(argv);
    process.stdout.write(group.map((command) => commandHelp(command)).join('\n'));
    return EXIT.done;
  }
  const spec = { name: '', summary: '', flags: TOP_FLAGS, examples: [] } as const satisfies CommandSpec;
  const given = parseArguments<CommandSpec>(spec, argv);
  if (given.has('version')) {
    process.stdout.write(`virnucpro ${VERSION} (${COMMIT})\n`);
    if (given.has('verbose')) process.stdout.write(await partsText());
    return EXIT.done;
  }
  process.stdout.write(topHelp());
  return EXIT.done;
}

/** What the executable carries: one line per embedded file. */
async function partsText(): Promise<string> {
  const { embeddedParts } = await import('../system/parts.ts');
  const parts = await embeddedParts();
  return parts.map(({ role, path, bytes, sha256 }) => `${role}\t${path}\t${bytes}\t${sha256}\n`).join('');
}

function unknownCommand(argv: readonly string[]): UserError {
  const [first, second] = argv;
  const names = COMMANDS.map(({ name }) => name);
  const group = names.filter((name) => name.split(' ')[0] === first && name.includes(' '));
  if (group.length > 0) {
    const typed = second === undefined ? '' : `; there is no "${first} ${second}"`;
    return new UserError(`"${first}" is not a whole command${typed}`, `Commands: ${group.join(', ')}.`);
  }
  const meant = suggest(first ?? '', names);
  return new UserError(
    `There is no command "${first}"`,
    meant === undefined ? 'See "virnucpro --help".' : `Did you mean "virnucpro ${meant}"?`,
  );
}

/** Only before `--`: behind it stand names of files. */
function wantsHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end < 0 ? argv.length : end).some((argument) => argument === '--help' || argument === '-h');
}
