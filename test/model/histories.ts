/**
 * Histories: random operations of random callers on a random forest, each compared with the model. What the gateway
 * answers, which refusal it gives and what every caller sees have to be what the model says.
 */
import fc from 'fast-check';
import { sql } from 'kysely';
import { createInvitationToken } from '../../src/modules/invitation/token.ts';
import { tokenHash } from '../../src/authentication/secret.ts';
import { refreshSearch } from '../../src/modules/organization/search-documents.ts';
import type { GraphQLAnswer, World } from '../setup/world.ts';
import { changes, Refused, type Draw, type Made } from './changes.ts';
import { BUILT_IN, OWN_KEYS, plant, SCOPES, uuid, type Forest, type Size } from './forest.ts';
import { expectedEvent, expectedField, fields, isNodeSeen } from './reads.ts';
import { authenticate, exists, may, type Actor, type Caller } from './rights.ts';

/** What was done in all histories of a run. */
export interface Tally {
  operations: number;
  /** Operations by name and outcome. */
  outcomes: Map<string, number>;
  /** Comparisons of what a caller sees, at checkpoints. */
  sights: number;
  histories: number;
}

export const newTally = (): Tally => ({
  operations: 0,
  outcomes: new Map(),
  sights: 0,
  histories: 0,
});

/** Thrown where gateway and model differ. */
class Difference extends Error {
  constructor(what: string, expected: unknown, found: unknown) {
    super(`${what}\n  model:   ${JSON.stringify(expected)}\n  gateway: ${JSON.stringify(found)}`);
  }
}

function compare(what: string, found: unknown, expected: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(expected))
    throw new Difference(what, expected, found);
}

interface Run {
  world: World;
  forest: Forest;
  tally: Tally;
  made: number;
  from: string;
  to: string;
}

/** A refusal as the model writes it: the code, and for FORBIDDEN the scopes that are missing. */
function verdictOf(error: NonNullable<GraphQLAnswer['errors']>[number] | undefined): string {
  const { code, requiredScopes } = error?.extensions ?? {
    code: 'nothing',
    requiredScopes: undefined,
  };
  return Array.isArray(requiredScopes) ? `${code} ${requiredScopes.join()}` : code;
}

function ask<Data>(
  { world, forest }: Run,
  { credential, organization }: Caller,
  document: string,
  variables: object,
) {
  return world.ask<Data>(
    document,
    { token: forest.secrets.get(credential ?? '') ?? '', organization, withoutSocket: true },
    variables as Record<string, unknown>,
  );
}

/** A well-formed token of no invitation. */
const NOBODYS = createInvitationToken();

// How each mutation is asked: its input, and what its payload shows of what it made.
const inputs: Record<
  string,
  {
    input(draw: Draw, forest: Forest): object;
    shows?: string;
    made?(payload: never): Partial<Made>;
  }
> = {
  createOrganization: {
    input: ({ organization, fresh }) => ({
      parentId: organization,
      slug: fresh,
      name: `Model ${fresh}`,
    }),
    shows: 'organization { id }',
    made: ({ organization }: { organization: { id: string } }) => organization,
  },
  moveOrganization: {
    input: ({ organization, other }) => ({ id: organization, newParentId: other }),
    shows: 'adoptedRoles { id key }',
    made: ({ adoptedRoles }: { adoptedRoles: Made['adopted'] }) => ({ adopted: adoptedRoles }),
  },
  suspendOrganization: { input: ({ organization: id }) => ({ id }) },
  resumeOrganization: { input: ({ organization: id }) => ({ id }) },
  deleteOrganization: {
    input: ({ organization: id, cascade }) => ({ id, mode: cascade ? 'CASCADE' : 'RESTRICT' }),
  },
  restoreOrganization: { input: ({ organization: id }) => ({ id }) },
  createInvitation: {
    input: ({ organization, person, roleKeys }, { state }) => ({
      organizationId: organization,
      email: state.people.get(person)?.email,
      roles: roleKeys,
    }),
    shows: 'invitation { id }',
    made: ({ invitation }: { invitation: { id: string } }) => invitation,
  },
  acceptInvitation: {
    input: ({ invitation }, { state }) => ({
      token: state.invitations.get(invitation)?.token ?? NOBODYS,
    }),
  },
  declineInvitation: {
    input: ({ invitation }, { state }) => ({
      token: state.invitations.get(invitation)?.token ?? NOBODYS,
    }),
  },
  revokeInvitation: { input: ({ invitation: id }) => ({ id }) },
  addMember: {
    input: ({ organization, person, roleKeys }, { state }) => ({
      organizationId: organization,
      email: state.people.get(person)?.email,
      roles: roleKeys,
    }),
  },
  updateMemberRoles: {
    input: ({ organization, person, roleKeys }) => ({
      organizationId: organization,
      userId: person,
      roles: roleKeys,
    }),
  },
  removeMember: {
    input: ({ organization, person }) => ({ organizationId: organization, userId: person }),
  },
  createRole: {
    input: ({ organization, roleKey, scopes }) => ({
      organizationId: organization,
      key: roleKey,
      name: roleKey,
      scopes,
    }),
    shows: 'role { id }',
    made: ({ role }: { role: { id: string } }) => role,
  },
  updateRole: { input: ({ role: id, scopes }) => ({ id, scopes }) },
  deleteRole: { input: ({ role: id }) => ({ id }) },
  createApiKey: {
    input: ({ organization, scopes }) => ({ organizationId: organization, name: 'model', scopes }),
    shows: 'apiKey { id } secret',
    made: ({ apiKey }: { apiKey: { id: string } }) => apiKey,
  },
  revokeApiKey: { input: ({ key: id }) => ({ id }) },
  createPersonalAccessToken: {
    input: () => ({ name: 'model' }),
    shows: 'personalAccessToken { id } secret',
    made: ({ personalAccessToken }: { personalAccessToken: { id: string } }) => personalAccessToken,
  },
  revokePersonalAccessToken: { input: ({ token: id }) => ({ id }) },
};

/** Changes something, and compares the verdict. */
async function change(run: Run, caller: Caller, name: string, draw: Draw): Promise<string> {
  const { forest } = run;
  const { state, secrets } = forest;
  const asked = inputs[name];
  const rule = changes[name];
  if (!asked || !rule) throw new RangeError(`${name} is not in the model`);
  const actor = authenticate(state, caller);
  let expected = 'done';
  let refused: Refused | undefined;
  let commit: ReturnType<typeof rule> | undefined;
  if (typeof actor === 'string') expected = actor;
  else
    try {
      commit = rule(state, actor, draw);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      refused = error;
      expected = error.code;
    }
  const type = name.charAt(0).toUpperCase() + name.slice(1);
  const shows = asked.shows === undefined ? '' : `... on ${type}Payload { ${asked.shows} }`;
  const answer = await ask<
    Record<string, { __typename: string; code?: string; secret?: string } | null>
  >(
    run,
    caller,
    `mutation ($input: ${type}Input!) { ${name}(input: $input) { __typename ${shows} ... on UserError { code } } }`,
    { input: asked.input(draw, forest) },
  );
  const result = answer.data?.[name];
  const found =
    result?.__typename === `${type}Payload`
      ? 'done'
      : (result?.code ?? verdictOf(answer.errors?.[0]));
  compare(`${name} answers`, found, expected);
  if (refused) state.log(refused.log);
  if (result && commit) {
    const made: Made = { id: '', adopted: [], ...asked.made?.(result as never) };
    commit(made);
    if (result.secret !== undefined) secrets.set(made.id, result.secret);
    if (name === 'createInvitation') await sendToken(run, made.id, draw);
  }
  return found;
}

/** Gives an invitation the token that its mail would hold. */
async function sendToken(
  { world, forest }: Run,
  id: string,
  { organization }: Draw,
): Promise<void> {
  const token = createInvitationToken();
  const invitation = forest.state.invitations.get(id);
  if (invitation) invitation.token = token;
  await sql`insert into invitation_tokens (token_hash, invitation_id, organization_id)
    values (${tokenHash(token)}, ${uuid(id)}, ${uuid(organization)})`.execute(world.db);
}

/** Records an event of each of two organizations, and compares what became of them. */
async function record(
  run: Run,
  caller: Caller,
  { organization, other, fresh, quantity }: Draw,
): Promise<string> {
  const { state } = run.forest;
  const targets = [organization, other];
  const answer = await ask<{
    recordUsage: { results: { status: string; reason: string | null }[] } | null;
  }>(
    run,
    caller,
    'mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { ... on RecordUsagePayload { results { status reason } } } }',
    {
      input: {
        events: targets.map((organizationId, index) => ({
          id: `${fresh}-${index}`,
          organizationId,
          metric: 'voice_calls',
          quantity: String(quantity),
          occurredAt: new Date().toISOString(),
        })),
      },
    },
  );
  const actor = authenticate(state, caller);
  const found =
    answer.data?.recordUsage?.results.map(({ status, reason }) => reason ?? status) ??
    verdictOf(answer.errors?.[0]);
  if (typeof actor === 'string') compare('recordUsage answers', found, actor);
  else if (actor.organization === null)
    compare('recordUsage answers', found, 'ORGANIZATION_REQUIRED');
  else {
    const expected = targets.map((id) => expectedEvent(state, actor, id));
    compare('recordUsage answers', found, expected);
    for (const [index, id] of targets.entries())
      if (expected[index] === 'ACCEPTED')
        state.usage.set(id, (state.usage.get(id) ?? 0) + quantity);
  }
  return String(found);
}

/** Reads fields of an organization, by id or slug, and compares each of them. */
async function look(
  run: Run,
  caller: Caller,
  organization: string,
  names: readonly string[],
  search: string,
  bySlug = false,
) {
  const { state } = run.forest;
  const key = bySlug ? state.organization(organization).slug : organization;
  const used = (name: string): boolean =>
    names.some((one) => fields[one]?.selection.includes(`$${name}`));
  const variables = [
    `$key: ${bySlug ? 'String' : 'ID'}!`,
    ...(used('from') ? ['$from: DateTime!', '$to: DateTime!'] : []),
    ...(used('search') ? ['$search: String!'] : []),
  ];
  const selections = names.map((name) => `${name}: ${fields[name]?.selection ?? ''}`).join(' ');
  const answer = await ask<{ organization: Record<string, unknown> | null }>(
    run,
    caller,
    `query (${variables.join(', ')}) { organization(${bySlug ? 'slug' : 'id'}: $key) { ${selections} } }`,
    { key, from: run.from, to: run.to, search },
  );
  const actor = authenticate(state, caller);
  const errorAt = (path: string): string | undefined => {
    const error = answer.errors?.find((one) => one.path?.join('.') === path);
    return error && verdictOf(error);
  };
  const shown = answer.data?.organization;
  const at = `organization ${state.organization(organization).slug}`;
  if (typeof actor === 'string') return compare(at, verdictOf(answer.errors?.[0]), actor);
  if (actor.organization === null)
    return compare(at, errorAt('organization'), 'ORGANIZATION_REQUIRED');
  if (!exists(state, actor, organization))
    return compare(
      at,
      [shown, errorAt('organization'), answer.errors?.length],
      [null, 'NOT_FOUND', 1],
    );
  if (!shown) throw new Difference(at, 'exists', answer.text);
  for (const name of names) {
    const refused = errorAt(`organization.${name}`);
    const found =
      refused === undefined
        ? fields[name]?.shown(shown[name] as never)
        : shown[name] === null
          ? refused
          : 'data and an error';
    compare(`${at}: ${name}`, found, expectedField(state, actor, name, organization, search));
  }
}

/** Looks nodes of any kind up by id, and compares which of them are found. */
async function lookUp(run: Run, caller: Caller, ids: readonly string[]): Promise<void> {
  const { state } = run.forest;
  const answer = await ask<{ nodes: ({ id: string } | null)[] | null }>(
    run,
    caller,
    'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
    {
      ids,
    },
  );
  const actor = authenticate(state, caller);
  if (typeof actor === 'string') return compare('nodes', verdictOf(answer.errors?.[0]), actor);
  if (actor.organization === null)
    return compare('nodes', verdictOf(answer.errors?.[0]), 'ORGANIZATION_REQUIRED');
  const found = answer.data?.nodes?.map((node) => node?.id ?? null) ?? answer.text;
  compare(
    'nodes found',
    found,
    ids.map((id) => (isNodeSeen(state, actor, id) ? id : null)),
  );
  const misses = answer.errors?.map(verdictOf) ?? [];
  compare(
    'nodes refused',
    [...new Set(misses)],
    ids.some((id) => !isNodeSeen(state, actor, id)) ? ['NOT_FOUND'] : [],
  );
}

/** What the caller's person is shown for its own sake, and whether it can use a scope. */
async function lookAtOneself(
  run: Run,
  caller: Caller,
  organization: string,
  scope: string,
): Promise<void> {
  const { state } = run.forest;
  const answer = await ask<{
    viewer: {
      can: boolean;
      scopes: string[];
      memberships: { nodes: { organization: { id: string } }[] };
      invitations: { nodes: { id: string }[] };
    };
  }>(
    run,
    caller,
    `query ($id: ID!, $scope: String!) { viewer {
      scopes can(scope: $scope, organizationId: $id)
      memberships(first: 100) { nodes { organization { id } } } invitations(first: 100) { nodes { id } }
    } }`,
    { id: organization, scope },
  );
  const actor = authenticate(state, caller);
  if (typeof actor === 'string') return compare('viewer', verdictOf(answer.errors?.[0]), actor);
  const viewer = answer.data?.viewer;
  const email = state.people.get(actor.person ?? '')?.email;
  compare(
    'viewer',
    {
      scopes: viewer?.scopes.toSorted(),
      can: viewer?.can,
      memberships: viewer?.memberships.nodes.map((one) => one.organization.id).toSorted(),
      invitations: viewer?.invitations.nodes.map((one) => one.id).toSorted(),
    },
    {
      scopes: [...actor.scopes].toSorted(),
      can: may(state, actor, scope, organization),
      memberships: [...state.memberships.values()]
        .filter((one) => one.person === actor.person && state.isThere(one.organization))
        .map((one) => one.organization)
        .toSorted(),
      invitations: [...state.invitations.values()]
        .filter((one) => one.email === email && one.status === 'PENDING')
        .map((one) => one.id)
        .toSorted(),
    },
  );
}

/** Most callers that a checkpoint looks through the eyes of. */
const EYES = 8;

/** Compares all that callers can see: everybody who works, or so many of them. */
async function checkpoint(
  run: Run,
  sampled: (list: readonly string[], count: number) => string[],
): Promise<void> {
  const { state } = run.forest;
  const all = callers(run.forest).filter(
    (caller) => typeof authenticate(state, caller) !== 'string',
  );
  const eyes = new Set(
    sampled(
      all.map((_, index) => String(index)),
      EYES,
    ).map(Number),
  );
  for (const caller of all.filter((_, index) => eyes.has(index))) {
    const actor = authenticate(state, caller);
    if (typeof actor === 'string' || actor.organization === null) continue;
    run.tally.sights++;
    const ids = [...state.organizations.keys()];
    for (let n = 0; n < ids.length; n += 100) await lookUp(run, caller, ids.slice(n, n + 100));
    const others = [state.people, state.roles, state.invitations, state.keys, state.tokens].flatMap(
      (map) => [...map.keys()],
    );
    await lookUp(run, caller, sampled(others, 100));
    const visible = ids.filter((id) => exists(state, actor, id));
    for (const id of new Set([actor.organization, ...sampled(visible, 1)]))
      await look(run, caller, id, Object.keys(fields), state.organization(id).slug.slice(-2));
  }
}

/** Every credential, in each organization that it can name with success. */
function callers({ state }: Forest): Caller[] {
  const people = [...state.tokens.values()].flatMap(({ id, person }) =>
    [...state.memberships.values()]
      .filter((one) => one.person === person)
      .map(({ organization }) => ({ credential: id, organization })),
  );
  return [
    ...[...state.keys.keys()].map((credential) => ({ credential, organization: null })),
    ...people,
  ];
}

const READS = ['look', 'lookUp', 'lookAtOneself', 'recordUsage', 'checkpoint'];
/** How often each operation is drawn, where that is not once in a while. */
const WEIGHTS: Record<string, number> = {
  look: 12, lookUp: 5, lookAtOneself: 4, recordUsage: 5, createOrganization: 5, moveOrganization: 4, createInvitation: 5,
  acceptInvitation: 4, updateMemberRoles: 4, addMember: 3, restoreOrganization: 3, updateRole: 6, deleteOrganization: 2,
  resumeOrganization: 4,
}; // prettier-ignore
const KINDS = [...READS, ...Object.keys(changes)];

/** Numbers from which an operation picks what it is about, as the forest then stands. */
interface Numbers {
  kind: string;
  caller: number;
  header: number;
  organization: number;
  other: number;
  pick: number;
  roles: number;
  scopes: number;
}

const nat = fc.nat(9_999);
const operation: fc.Arbitrary<Numbers> = fc.record({
  kind: fc.oneof(
    ...KINDS.map((kind) => ({
      arbitrary: fc.constant(kind),
      weight: (WEIGHTS[kind] ?? 2) * 3 - (kind === 'checkpoint' ? 5 : 0),
    })),
  ),
  caller: nat,
  header: nat,
  organization: nat,
  other: nat,
  pick: nat,
  roles: nat,
  scopes: fc.nat(1_023),
});

function at<T>(list: readonly T[], number: number): T | undefined {
  return list[number % Math.max(1, list.length)];
}

/** One operation of a history. */
class Operation implements fc.AsyncCommand<object, Run> {
  readonly #numbers: Numbers;
  #told: string;

  constructor(numbers: Numbers) {
    this.#numbers = numbers;
    this.#told = numbers.kind;
  }

  check(): boolean {
    return true;
  }

  async run(_model: object, run: Run): Promise<void> {
    const { kind, organization, scopes } = this.#numbers;
    const { state } = run.forest;
    const caller = this.#caller(run.forest);
    const actor = authenticate(state, caller);
    const draw = this.#draw(run, typeof actor === 'string' ? null : actor);
    const told = {
      ...draw,
      roleKeys: draw.roleKeys.join(),
      scopes: draw.scopes.join(),
      slug: state.organization(draw.organization).slug,
    };
    this.#told = `${kind} by ${JSON.stringify(caller)} ${JSON.stringify(told)}`;
    const sampled = (list: readonly string[], count: number): string[] =>
      [
        ...new Set(Array.from({ length: count }, (_, n) => at(list, organization + n * 7) ?? '')),
      ].filter((id) => id !== '');
    let outcome = 'compared';
    if (kind === 'checkpoint') await checkpoint(run, sampled);
    else if (kind === 'recordUsage') outcome = await record(run, caller, draw);
    else if (kind === 'look') {
      const names = Object.keys(fields);
      const few = [0, 1, 2, 3].map((n) => names[(scopes + n * 5) % names.length] ?? '');
      const search = at(
        [
          draw.organization.slice(-6),
          state.organization(draw.other).slug,
          state.organization(draw.other).slug.slice(-3),
          'MODEL',
        ],
        scopes,
      );
      await look(run, caller, draw.organization, [...new Set(few)], search ?? '', scopes % 2 === 0);
    } else if (kind === 'lookUp') {
      const all = [
        state.organizations,
        state.people,
        state.roles,
        state.invitations,
        state.keys,
        state.tokens,
      ];
      await lookUp(
        run,
        caller,
        all.flatMap((map) => sampled([...map.keys()], 3)),
      );
    } else if (kind === 'lookAtOneself')
      await lookAtOneself(run, caller, draw.organization, SCOPES[scopes % SCOPES.length] ?? '');
    else outcome = await change(run, caller, kind, draw);
    this.#told += ` → ${outcome}`;
    run.tally.operations++;
    const counted = `${kind} ${outcome}`;
    run.tally.outcomes.set(counted, (run.tally.outcomes.get(counted) ?? 0) + 1);
  }

  toString(): string {
    return `\n${this.#told}`;
  }

  #caller({ state }: Forest): Caller {
    const { caller, header } = this.#numbers;
    if (caller % 60 === 0) return { credential: null, organization: null };
    const credentials = [...state.keys.values(), ...state.tokens.values()];
    const working = credentials.filter(
      ({ id }) => typeof authenticate(state, { credential: id, organization: null }) !== 'string',
    );
    const credential = at(
      caller % 12 === 1 || working.length === 0 ? credentials : working,
      caller,
    );
    const isKey = state.keys.has(credential?.id ?? '');
    const anywhere = at([...state.organizations.keys()], header) ?? null;
    if (!credential) return { credential: null, organization: null };
    if (isKey)
      return { credential: credential.id, organization: header % 12 === 0 ? anywhere : null };
    const theirs = [...state.memberships.values()].filter(
      (one) => 'person' in credential && one.person === credential.person,
    );
    if (header % 20 === 0) return { credential: credential.id, organization: null };
    return {
      credential: credential.id,
      organization: header % 12 === 1 ? anywhere : (at(theirs, header)?.organization ?? null),
    };
  }

  /** What the operation is about: mostly what lies within the caller's reach, sometimes anything at all. */
  #draw(run: Run, actor: Actor | null): Draw {
    const { organization, other, pick, roles, scopes } = this.#numbers;
    const { state, name } = run.forest;
    const acting = actor?.organization ?? null;
    const near = (number: number): string => {
      const all = [...state.organizations.keys()];
      const within =
        acting === null
          ? all
          : all.filter(
              (id) => state.isAtOrBelow(id, acting) && (number % 3 === 0 || state.isThere(id)),
            );
      return (
        (number % 7 === 0
          ? at(all, number)
          : number % 7 < 4 && acting !== null
            ? acting
            : at(within, number)) ??
        at(all, number) ??
        ''
      );
    };
    const target = near(organization);
    const members = state.members(target).map(({ person }) => person);
    const keys = [...BUILT_IN, ...OWN_KEYS];
    const ownRoles = [...state.roles.values()].filter((role) => role.organization !== null);
    // Most in the organization that it acts in, where it depends on the scopes that are held whether a role may be changed.
    const there = ownRoles.filter((role) => role.organization === acting);
    const own = (there.length > 0 && pick % 4 > 0 ? there : ownRoles).map(({ id }) => id);
    // Of what people can answer, mostly what is addressed to the caller.
    const invitations = [...state.invitations.values()];
    const mine = invitations.filter(
      (one) => one.email === state.people.get(actor?.person ?? '')?.email,
    );
    const open = mine.filter(({ status }) => status === 'PENDING');
    const likely =
      open.length > 0 && pick % 5 > 1 ? open : mine.length > 0 && pick % 5 > 0 ? mine : invitations;
    const invitation = at(likely, pick)?.id ?? `inv_${'0'.repeat(32)}`;
    const isMember =
      members.length > 0 &&
      pick % 4 > 0 &&
      !['createInvitation', 'addMember'].includes(this.#numbers.kind);
    return {
      organization: target,
      other: near(other),
      person: at(isMember ? members : [...state.people.keys()], pick) ?? '',
      role: at(own.length === 0 || pick % 15 === 0 ? [...state.roles.keys()] : own, pick) ?? '',
      roleKey: at(OWN_KEYS, roles) ?? '',
      roleKeys:
        roles % 25 === 0
          ? ['nonsense']
          : [at(keys, roles) ?? '', ...(roles % 3 === 0 ? [at(keys, scopes) ?? ''] : [])],
      // Sparse more often than not, so that giving succeeds as well.
      scopes: SCOPES.filter(
        (_, n) => (((scopes & (pick % 3 === 0 ? 1_023 : roles)) >> n) & 1) === 1,
      ),
      invitation,
      key: at([...state.keys.keys()], pick) ?? '',
      token: at([...state.tokens.keys()], pick) ?? '',
      fresh: `${name}-x${run.made++}`,
      cascade: roles % 2 === 0,
      quantity: 1 + (roles % 1_000),
    };
  }
}

/** Shrinking a history ends after this time; what it has come to is shown. */
const SHRINKING_MS = 180_000;

export interface HistoryOptions {
  size: Size;
  /** Most operations of one history. */
  length: number;
  seed: number;
  /** Histories that are tried before the caller looks at the tally again. */
  runs: number;
}

/** Runs histories; a difference is shrunk and thrown with the seed and the history that shows it. */
export async function runHistories(
  world: World,
  tally: Tally,
  { size, length, seed, runs }: HistoryOptions,
): Promise<void> {
  const property = fc.asyncProperty(
    fc.noBias(fc.integer({ min: 1, max: 2 ** 31 - 1 })),
    fc.commands([operation.map((numbers) => new Operation(numbers))], {
      maxCommands: length,
      size: 'max',
    }),
    async (forestSeed, commands) => {
      await refreshSearch(world.db);
      const forest = await plant(world, forestSeed, size);
      const from = new Date(Date.now() - 3_600_000).toISOString();
      const to = new Date(Date.now() + 3_600_000).toISOString();
      tally.histories++;
      const run: Run = { world, forest, tally, made: 0, from, to };
      await fc.asyncModelRun(() => ({ model: {}, real: run }), commands);
      await checkpoint(run, (list, count) =>
        list.filter((_, n) => (n + tally.histories) % Math.ceil(list.length / count) === 0),
      );
    },
  );
  await fc.assert(property, {
    numRuns: runs,
    seed,
    interruptAfterTimeLimit: SHRINKING_MS,
    markInterruptAsFailure: false,
  });
}
