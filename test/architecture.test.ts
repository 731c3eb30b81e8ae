import { execFile } from 'node:child_process';
import { copyFile, glob, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';

const execute = promisify(execFile);
const root = path.join(import.meta.dirname, '..');

interface Source {
  file: string;
  text: string;
}
let sources: Source[];

beforeAll(async () => {
  sources = [];
  for await (const file of glob('src/**/*.ts', { cwd: root })) {
    const text = await readFile(path.join(root, file), 'utf8');
    sources.push({ file, text });
  }
});

const offenders = (wrong: (source: Source) => boolean): string[] =>
  sources.filter(wrong).map((source) => source.file);

/** What the linter says of a tree that consists of one more file, under the rules of this one. */
async function lint(file: string, text: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'banyan-lint-'));
  try {
    await copyFile(path.join(root, '.oxlintrc.json'), path.join(folder, '.oxlintrc.json'));
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), text);
    const { stdout } = await execute(path.join(root, 'node_modules/.bin/oxlint'), ['src'], {
      cwd: folder,
    }).catch((error: unknown) => error as { stdout: string });
    return stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('the rules for imports', () => {
  it.each([
    ['a database file that knows a module', 'src/database/more.ts', '../modules/role/queries.ts'],
    ['a command that knows GraphQL', 'src/modules/role/commands.ts', '../../graphql/builder.ts'],
    ['a command that knows a GraphQL type', 'src/modules/role/commands.ts', './type.ts'],
    [
      'a file of a module, whatever its name, that knows GraphQL',
      'src/modules/usage/sums.ts',
      'graphql',
    ],
    ['a GraphQL file with a statement of its own', 'src/modules/role/type.ts', 'kysely'],
    ['a module that knows the gateway', 'src/modules/role/queries.ts', '../../http/gateway.ts'],
    ['limits that know the settings of everything', 'src/limits/more.ts', '../config/read.ts'],
    ['settings that know the gateway', 'src/config/read.ts', '../http/gateway.ts'],
    ['a folder without a role', 'src/helpers/some.ts', '../errors.ts'],
  ])('refuse %s', async (_what, file, target) => {
    const statement = `import { one } from '${target}';\nexport const two = one;\n`;
    expect(await lint(file, statement)).toContain('no-restricted-imports');
    expect(await lint(file, statement.replace('import {', 'import type {'))).toContain(
      'no-restricted-imports',
    );
  });

  it('know every folder, and every file beside the folders', async () => {
    const { overrides } = JSON.parse(await readFile(path.join(root, '.oxlintrc.json'), 'utf8')) as {
      overrides: { files: string[] }[];
    };
    const known = new Set(
      overrides.flatMap(({ files }) =>
        files.map((pattern) => /^src\/([a-z-]+)\/\*\*/.exec(pattern)?.[1]),
      ),
    );
    const folders = sources.map(({ file }) => file.split('/')).filter((parts) => parts.length > 2);
    expect(
      [...new Set(folders.map(([, folder = '']) => folder))].filter((folder) => !known.has(folder)),
    ).toEqual([]);
    const beside = sources.map(({ file }) => file).filter((file) => file.split('/').length === 2);
    // The program and the schema put everything together.
    expect(beside.filter((file) => !/^src\/(main|schema|errors)\.ts$/.test(file))).toEqual([]);
  });
});

describe('the source', () => {
  it('reads the environment in one file, the clock of the request in resolvers, and writes no console', () => {
    expect(offenders(({ text }) => /process\.env\b/.test(text))).toEqual(['src/config/read.ts']);
    expect(
      offenders(
        ({ file, text }) =>
          /(type|queries)\.ts$/.test(file) && /Date\.now\(|new Date\(\)/.test(text),
      ),
    ).toEqual([]);
    expect(offenders(({ text }) => /\bconsole\.\w+\(/.test(text))).toEqual([]);
  });

  it('reads rows through one, maybeOne and many in commands and modules', () => {
    const isBound = (file: string): boolean =>
      /^src\/(modules|command|authentication)\//.test(file);
    expect(
      offenders(({ file, text }) => isBound(file) && /\.rows\b|const \{ rows\b/.test(text)),
    ).toEqual([]);
  });

  it('reads organizations through the subtree predicate, but where the parent is checked or nobody is asked', () => {
    // Lists check their parent, and totals go down from an organization that was found before.
    const parentIsChecked = [
      'src/modules/invitation/queries.ts',
      'src/modules/membership/people.ts',
      'src/modules/membership/queries.ts',
      'src/modules/organization/children.ts',
      'src/modules/organization/descendants.ts',
      'src/modules/role/move-queries.ts',
      'src/modules/usage/by-child-queries.ts',
      'src/modules/usage/queries.ts',
      'src/modules/usage/sources.ts',
    ];
    // Changes check under their locks; jobs, checks, seeds, transfers and the command line act for nobody.
    const isBesideReading =
      /^src\/(authentication|authorization|command|commands|database|seed|transfer)\/|\/(commands|locks|preconditions|writes|jobs|verify)\.ts$/;
    const readsThem = ({ text }: Source): boolean =>
      /(from|join|table:?)[ (]+'?organizations\b|selectFrom\('organizations/.test(text);
    expect(
      offenders((source) => readsThem(source) && !isBesideReading.test(source.file)).toSorted(),
    ).toEqual(parentIsChecked);
  });

  it('makes loaders for one request only', () => {
    expect(offenders(({ text }) => /new DataLoader/.test(text))).toEqual([
      'src/database/loaders.ts',
    ]);
    expect(offenders(({ text }) => /new Loaders\(/.test(text))).toEqual(['src/http/gateway.ts']);
  });

  it('keeps files short', () => {
    const isLong = (text: string): boolean => text.trimEnd().split('\n').length > 250;
    // The types of the database are generated.
    expect(offenders(({ file, text }) => file !== 'src/database/types.ts' && isLong(text))).toEqual(
      [],
    );
  });
});
