/** `banyan bootstrap`: the first organization, its admin, an API key and a personal token. */
import { bootstrap as createFirst } from '../seed/bootstrap.ts';
import { withDatabase } from './run.ts';
import type { Terminal } from './terminal.ts';

export interface BootstrapOptions {
  slug: string;
  name: string;
  email: string;
  /** Whether the result is printed for machines. */
  json?: boolean;
}

/** Creates them and prints the secrets, which are shown once. */
export function bootstrap(
  terminal: Terminal,
  { json = false, ...input }: BootstrapOptions,
): Promise<void> {
  return withDatabase(terminal, async ({ db }) => {
    const result = await createFirst(db, input);
    if (json) return terminal.print(JSON.stringify(result));
    terminal.print(`Organization    ${result.organizationSlug}  (${result.organizationId})`);
    terminal.print(`API key         ${result.apiKey}`);
    terminal.print(`Personal token  ${result.personalAccessToken}`);
  });
}
