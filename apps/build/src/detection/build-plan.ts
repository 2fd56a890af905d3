export type Language = 'node' | 'python' | 'go' | 'static' | 'procfile';
export type Tool = 'node' | 'npm' | 'pnpm' | 'yarn' | 'python3' | 'go';

/** How a source becomes something that runs: decided once, from the files alone, before anything is executed. */
export interface BuildPlan {
  readonly language: Language;
  readonly base: {
    /** What must be there to build. */
    readonly tools: readonly Tool[];
    /** The version that the source asks for, in its own words; told, not enforced. */
    readonly wanted: string | null;
  };
  /** Files that are written before `install`, by path; below `.berth/`. */
  readonly files: Readonly<Record<string, string>>;
  readonly install: BuildStep | null;
  readonly build: BuildStep | null;
  /** Command to start each process type; `web` gets PORT. */
  readonly processes: readonly PlannedProcess[];
  /** Environment of the running app, beneath its own config. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folders of the app that come first in PATH, while building and while running. */
  readonly path: readonly string[];
  /** What `install` makes, and what it makes it from: kept for the next build with the same files. */
  readonly dependencies: Dependencies | null;
  /** Caches of tools, kept between the builds of an app: environment variable -> folder name. */
  readonly caches: Readonly<Record<string, string>>;
  /** Folders of which the first that holds index.html is served by Berth's own file server; empty: none is. */
  readonly serve: readonly string[];
  /** A site that was built shows by itself what no file is for, unless it has a 404.html. */
  readonly singlePage: boolean;
  /** What the owner should know, shown in the log. */
  readonly notices: readonly string[];
}

export interface BuildStep {
  /** Run by `/bin/sh -c` in the app's folder. */
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface PlannedProcess {
  readonly name: string;
  readonly command: string;
}

export interface Dependencies {
  readonly folder: string;
  readonly files: readonly string[];
  /** With the same files `install` need not run again. False when it also runs the app's own scripts. */
  readonly reusable: boolean;
}

export const emptyPlan: BuildPlan = {
  language: 'procfile',
  base: { tools: [], wanted: null },
  files: {},
  install: null,
  build: null,
  processes: [],
  environment: {},
  path: [],
  dependencies: null,
  caches: {},
  serve: [],
  singlePage: false,
  notices: [],
};

export const step = (command: string, environment: Record<string, string> = {}): BuildStep => ({
  command,
  environment,
});

/** One word for a POSIX shell, whatever it holds. */
export const shellWord = (text: string): string =>
  /^[\w./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
