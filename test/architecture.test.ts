import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '..');

interface Source {
  file: string;
  text: string;
  imports: string[];
}
let sources: Source[];

beforeAll(async () => {
  sources = [];
  for await (const file of glob('src/**/*.ts', { cwd: root })) {
    const text = await readFile(path.join(root, file), 'utf8');
    const imports = [...text.matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']+)'/gms)].map(([, target = '']) =>
      target.startsWith('.') ? path.join(path.dirname(file), target) : target,
    );
    sources.push({ file, text, imports });
  }
});

const role = (file: string): string => path.basename(file, '.ts').split('-').at(-1) ?? '';
const offenders = (wrong: (source: Source) => boolean): string[] => sources.filter(wrong).map((source) => source.file);

describe('the source', () => {
  it('imports downwards: stores know neither GraphQL nor resolvers, leaves know nothing of the database', () => {
    expect(sources.length).toBeGreaterThan(40);
    expect(
      offenders(
        ({ file, imports }) =>
          role(file) === 'store' &&
          imports.some((target) => ['graph', 'refs', 'builder', 'connection', 'server'].includes(role(target)) || target === 'graphql'),
      ),
    ).toEqual([]);
    expect(
      offenders(
        ({ file, imports }) => /src\/(errors|ids|text|decimal)\.ts$/.test(file) && imports.some((target) => target.includes('database/')),
      ),
    ).toEqual([]);
    expect(
      offenders(
        ({ file, imports }) =>
          file.startsWith('src/database/') &&
          imports.some((target) => /src\/(organization|membership|invitation|usage|audit|credential|viewer|role|user)\//.test(target)),
      ),
    ).toEqual([]);
  });

  it('reads the environment in one file, the clock of the request in resolvers, and writes no console', () => {
    expect(offenders(({ text }) => /process\.env\b/.test(text))).toEqual(['src/config.ts']);
    expect(offenders(({ file, text }) => ['graph', 'store'].includes(role(file)) && /Date\.now\(|new Date\(\)/.test(text))).toEqual([]);
    expect(offenders(({ text }) => /\bconsole\.\w+\(/.test(text))).toEqual([]);
  });

  it('reaches organizations through the subtree predicate: raw reads are where the parent is checked or nobody is asked', () => {
    // Relations check the parent; authentication, seeds and the slug question are before or beside any subtree.
    const allowed = new Set([
      'src/access/rights.ts',
      'src/audit/store.ts',
      'src/credential/authenticate.ts',
      'src/organization/store.ts',
      'src/organization/descendants.ts',
      'src/organization/slug-graph.ts',
      'src/organization/check.ts',
      'src/usage/store.ts',
      'src/usage/check.ts',
      // Writes check under their locks; jobs act for nobody.
      'src/action/act.ts',
      'src/organization/actions.ts',
      'src/organization/details-write-store.ts',
      'src/organization/create-actions.ts',
      'src/organization/move-actions.ts',
      'src/organization/delete-actions.ts',
      'src/role/move-store.ts',
      'src/domain/write-store.ts',
      'src/domain/verify.ts',
      'src/provisioning/provision.ts',
      'src/credential/standing.ts',
      'src/invitation/deliver.ts',
      'src/invitation/write-store.ts',
      'src/membership/store.ts',
      'src/membership/people.ts',
      'src/invitation/store.ts',
      'src/commands/serve.ts',
      'src/commands/seed.ts',
      'src/database/migrate.ts',
      'src/database/types.ts',
      'src/seed/bootstrap.ts',
      'src/seed/demo.ts',
      'src/seed/synthetic.ts',
    ]);
    expect(
      offenders(
        ({ file, text }) => /(from|join|table:?)[ (]+'?organizations\b|selectFrom\('organizations/.test(text) && !allowed.has(file),
      ),
    ).toEqual([]);
  });

  it('makes loaders for one request only', () => {
    expect(offenders(({ text }) => /new DataLoader/.test(text))).toEqual(['src/database/loaders.ts']);
    expect(offenders(({ text }) => /new Loaders\(/.test(text))).toEqual(['src/server.ts']);
  });

  it('keeps files short', () => {
    expect(offenders(({ file, text }) => !file.endsWith('database/types.ts') && text.split('\n').length > 300)).toEqual([]);
  });
});
