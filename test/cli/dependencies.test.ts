/** What an installation without development packages has to bring. `production.nightly.test.ts` makes such an installation. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };

const root = path.join(import.meta.dirname, '..', '..');

/** Imports of values in a file: static, of a whole module, and dynamic. Types are gone when the program runs. */
function importsOf(text: string): string[] {
  const statements = text.matchAll(/^(?:import|export) (?!type\b)(?:[^;'"]*? from )?'([^']+)'/gm);
  const calls = text.matchAll(/\bimport\('([^']+)'\)/g);
  return [...statements, ...calls].map(([, target = '']) => target);
}

/** Every file that can be loaded by a file, and every package that they import. */
async function reachableFrom(
  entry: string,
): Promise<{ files: Set<string>; packages: Map<string, string> }> {
  const files = new Set([entry]);
  const packages = new Map<string, string>();
  for (const file of files) {
    if (!file.endsWith('.ts')) continue;
    for (const target of importsOf(await readFile(path.join(root, file), 'utf8'))) {
      if (target.startsWith('.')) files.add(path.join(path.dirname(file), target));
      else if (!isBuiltin(target))
        packages.set(target.split('/', target.startsWith('@') ? 2 : 1).join('/'), file);
    }
  }
  return { files, packages };
}

describe('An installation without development packages', () => {
  it('has every package that the program can load', async () => {
    const { files, packages } = await reachableFrom('src/main.ts');
    // The walk went through commands, which are loaded when they run, down to the bottom.
    for (const file of [
      'src/commands/serve.ts',
      'src/schema.ts',
      'src/limits/redis.ts',
      'src/database/pool.ts',
    ]) {
      expect(files).toContain(file);
    }
    expect([...files].filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
    expect(
      [...files].filter((file) => !file.startsWith('src/') && file !== 'package.json'),
    ).toEqual([]);
    for (const name of ['pg', 'zod', 'ioredis', '@graphql-yoga/render-graphiql'])
      expect([...packages.keys()]).toContain(name);
    const installed = { ...packageJson.dependencies, ...packageJson.optionalDependencies };
    expect([...packages].filter(([name]) => !Object.hasOwn(installed, name))).toEqual([]);
  });

  it('has the runtime that its scripts name', () => {
    for (const name of ['start', 'banyan'] as const)
      expect(packageJson.scripts[name]).toMatch(/^node /);
    expect(packageJson.dependencies).toHaveProperty('node');
  });
});
