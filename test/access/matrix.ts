/** Runs cells of the authorization matrix and compares what is answered with what the model says. */
import type { GraphQLAnswer, RequestOptions } from '../setup/world.ts';
import { titleOf } from '../samples/registry.ts';
import { attempts, expectedRead, readDocument, type Tried } from './cells.ts';
import { forbidden, type Target, type Verdict } from './verdicts.ts';
import type { CredentialState, MatrixWorld } from './matrix-world.ts';

/** Cells that were run, and those whose answer was another than expected. */
export interface Tally {
  cells: number;
  wrong: string[];
}

const MUTATIONS_PER_DOCUMENT = 10;

const AT_ONCE = 4;

/** Does work for each item, a few at a time; the database and the process then wait less for each other. */
export async function atOnce<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = [...items];
  const next = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}

/** The verdict that an error speaks. */
function spoken({ extensions }: NonNullable<GraphQLAnswer['errors']>[number]): Verdict {
  const { code, requiredScopes } = extensions;
  return Array.isArray(requiredScopes) ? forbidden(...(requiredScopes as string[])) : code;
}

function valueAt(data: unknown, path: string): unknown {
  let value = data;
  for (const step of path.split('.'))
    value = (value as Record<string, unknown> | null | undefined)?.[step];
  return value;
}

export class Matrix {
  readonly #of: MatrixWorld;
  readonly #options: Pick<RequestOptions, 'withoutSocket'>;
  /** What a key with every scope is told about each target. */
  readonly #whole = new Map<string, unknown>();
  #unique = 0;

  constructor(of: MatrixWorld, options: Pick<RequestOptions, 'withoutSocket'>) {
    this.#of = of;
    this.#options = options;
  }

  /** Asks everything that can be read about a target. */
  async read(state: CredentialState, set: string, target: Target, tally: Tally): Promise<void> {
    const asker = this.#of.asker(state, set);
    const document = readDocument(target, asker);
    const answer = await this.#of.world.ask<Record<string, unknown>>(document, {
      ...state.options(set),
      ...this.#options,
    });
    const where = `${state.name}, ${set}, ${target.slug}`;
    const { verdicts, values, personal } = expectedRead(this.#of.forest, asker, target);
    if (typeof state.acts === 'object') {
      this.#refusedWhole(answer, state, where, tally);
      tally.cells += verdicts.size;
      return;
    }
    tally.cells += verdicts.size + values.size;
    const found = new Map(
      (answer.errors ?? []).map((error) => [(error.path ?? []).join('.'), spoken(error)]),
    );
    if (found.size !== (answer.errors ?? []).length)
      tally.wrong.push(`${where}: two errors at one path`);
    const whole = this.#whole.get(target.slug);
    for (const [path, verdict] of verdicts) {
      const actual = found.get(path) ?? 'data';
      const value = valueAt(answer.data, path);
      if (actual !== verdict)
        tally.wrong.push(`${where}: ${path} is ${actual}, expected ${verdict}`);
      else if (
        (verdict !== 'data' || !personal.has(path)) &&
        (verdict === 'data') !== (value != null)
      )
        tally.wrong.push(`${where}: ${path} is ${verdict} and holds ${JSON.stringify(value)}`);
      // What is shown to one caller is what is shown to all; a part may be refused within it.
      else if (
        verdict === 'data' &&
        path.startsWith('byId.') &&
        !personal.has(path) &&
        whole !== undefined
      ) {
        const parts = [...verdicts.keys()].some((inner) => inner.startsWith(`${path}.`));
        if (!parts && JSON.stringify(value) !== JSON.stringify(valueAt(whole, path)))
          tally.wrong.push(
            `${where}: ${path} is ${JSON.stringify(value)}, a key with every scope is shown something else`,
          );
      }
      found.delete(path);
    }
    for (const [path, verdict] of found)
      tally.wrong.push(`${where}: ${path} is ${verdict}, which was not expected`);
    for (const [path, expected] of values) {
      const value = valueAt(answer.data, path);
      if (JSON.stringify(value) !== JSON.stringify(expected))
        tally.wrong.push(
          `${where}: ${path} is ${JSON.stringify(value)}, expected ${JSON.stringify(expected)}`,
        );
    }
    if (state.name === 'key' && set === 'all') this.#whole.set(target.slug, answer.data);
  }

  /** Attempts the mutations that `chosen` picks, on a target. */
  async mutate(
    state: CredentialState,
    set: string,
    target: Target,
    tally: Tally,
    chosen: (tried: Tried) => boolean = () => true,
  ): Promise<void> {
    const asker = this.#of.asker(state, set);
    const fixture = {
      ...this.#of.probe,
      ownToken: asker.person ? this.#of.ownToken(set) : null,
      unique: () => `matrix-${++this.#unique}`,
    };
    const all = attempts(this.#of.forest, asker, target, fixture).filter(chosen);
    const where = `${state.name}, ${set}, ${target.slug}`;
    for (let start = 0; start < all.length; start += MUTATIONS_PER_DOCUMENT) {
      const some = all.slice(start, start + MUTATIONS_PER_DOCUMENT);
      const variables = some
        .map(({ name }, index) => `$i${index}: ${titleOf(name)}Input!`)
        .join(', ');
      const fields = some.map(
        (
          { alias, name },
          index,
        ) => `${alias}: ${name}(input: $i${index}) { __typename ... on UserError { code }
          ${name === 'recordUsage' ? '... on RecordUsagePayload { results { status reason } }' : ''} }`,
      );
      const answer = await this.#of.world.ask<Record<string, unknown>>(
        `mutation (${variables}) { ${fields.join('\n')} }`,
        { ...state.options(set), ...this.#options },
        Object.fromEntries(some.map(({ input }, index) => [`i${index}`, input])),
      );
      tally.cells += some.length;
      if (typeof state.acts === 'object') {
        this.#refusedWhole(answer, state, where, tally);
        continue;
      }
      const found = new Map(
        (answer.errors ?? []).map((error) => [(error.path ?? []).join('.'), spoken(error)]),
      );
      for (const { alias, verdict } of some) {
        const actual = found.get(alias) ?? told(answer.data?.[alias]);
        if (actual !== verdict)
          tally.wrong.push(`${where}: ${alias} is ${actual}, expected ${verdict}`);
      }
      if ([...found.keys()].some((path) => !some.some(({ alias }) => alias === path)))
        tally.wrong.push(`${where}: errors at ${[...found.keys()].join(', ')}`);
    }
  }

  #refusedWhole(
    answer: GraphQLAnswer<unknown>,
    { acts }: CredentialState,
    where: string,
    tally: Tally,
  ): void {
    const expected = JSON.stringify({ ...(acts as object), data: undefined });
    const actual = JSON.stringify({
      code: answer.errors?.[0]?.extensions.code,
      status: answer.status,
      data: answer.data,
    });
    if (actual !== expected || answer.errors?.length !== 1)
      tally.wrong.push(`${where}: the request is ${actual}, expected ${expected}`);
  }
}

/** What a mutation answered: the code of the failure, or the name of its payload; of metered events, what became of the one. */
function told(result: unknown): Verdict {
  const { __typename, code, results } = (result ?? {}) as {
    __typename?: string;
    code?: string;
    results?: { status: string; reason: string | null }[];
  };
  const [event] = results ?? [];
  if (event?.reason) return `rejected: ${event.reason}`;
  return code ?? __typename ?? 'nothing';
}
