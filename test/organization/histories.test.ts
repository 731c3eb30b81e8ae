/**
 * Many workers that create, move, delete and restore in one tree at the same time. Afterwards the tree has to be whole,
 * and the audit log, replayed event by event through a model, has to give every count that was answered and the tree
 * as it is.
 */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyAuditLog } from '../../src/modules/audit/verify.ts';
import { verifyTree } from '../../src/modules/organization/verify.ts';
import { encodeId } from '../../src/values/ids.ts';
import { Random } from '../../src/seed/random.ts';
import { runJobs } from '../setup/outbox.ts';
import { sized } from '../setup/size.ts';
import { createWorld, type World } from '../setup/world.ts';

const WORKERS = 16;
const OPERATIONS = sized(300, 20_000);
const KEYS = sized(30, 1_000);

let world: World;
beforeAll(async () => {
  world = await createWorld({}, { poolSize: 20 });
});
afterAll(() => world.close());

interface Result {
  __typename: string;
  code?: string;
  organization?: { id: string };
  deletedOrganizationIds?: string[];
}

async function mutate(name: string, input: Record<string, unknown>): Promise<Result> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const shown = name === 'deleteOrganization' ? 'deletedOrganizationIds' : 'organization { id }';
  const answer = await world.ask<Record<string, Result>>(
    `mutation ($input: ${type}Input!) { ${name}(input: $input) { __typename ... on ${type}Payload { ${shown} } ... on UserError { code } } }`,
    { as: 'key@acme', withoutSocket: true },
    { input },
  );
  return answer.data?.[name] ?? { __typename: answer.errors?.[0]?.extensions.code ?? answer.text };
}

/** The model: where everything lies, and with whose deletion it went. */
class Model {
  readonly parent = new Map<string, string | null>();
  readonly deletedWith = new Map<string, string>();

  *below(id: string): Generator<string> {
    yield id;
    for (const [child, parent] of this.parent) if (parent === id) yield* this.below(child);
  }

  isInSubtree(id: string, top: string): boolean {
    for (let at: string | null | undefined = id; at != null; at = this.parent.get(at))
      if (at === top) return true;
    return false;
  }

  living(id: string): string[] {
    return [...this.below(id)].filter((one) => !this.deletedWith.has(one));
  }
}

interface Event {
  action: string;
  target_id: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

function replay(model: Model, { action, target_id: id, before, after }: Event): void {
  const alive = (one: string): boolean => model.parent.has(one) && !model.deletedWith.has(one);
  const parentId = String(after?.['parentId']);
  if (action === 'createOrganization') {
    expect(alive(parentId)).toBe(true);
    expect(model.parent.has(id)).toBe(false);
    model.parent.set(id, parentId);
  } else if (action === 'moveOrganization') {
    expect([alive(id), alive(parentId)]).toEqual([true, true]);
    expect(model.parent.get(id)).toBe(before?.['parentId']);
    expect(model.isInSubtree(parentId, id)).toBe(false);
    expect(after?.['affectedCount']).toBe(model.living(id).length);
    model.parent.set(id, parentId);
  } else if (action === 'deleteOrganization') {
    expect(alive(id)).toBe(true);
    const gone = model.living(id);
    if (after?.['mode'] === 'RESTRICT') expect(gone).toEqual([id]);
    expect(after?.['deleted']).toBe(gone.length);
    for (const one of gone) model.deletedWith.set(one, id);
  } else if (action === 'restoreOrganization') {
    const back = [...model.deletedWith].filter(([, top]) => top === id).map(([one]) => one);
    expect(alive(model.parent.get(id) ?? '')).toBe(true);
    expect(after?.['restored']).toBe(back.length);
    for (const one of back) model.deletedWith.delete(one);
  }
}

describe('a tree under concurrent change', () => {
  it(`stays whole through ${OPERATIONS.toLocaleString('en')} operations of ${WORKERS} workers, and its log explains it`, async () => {
    const root = world.org('acme');
    const model = new Model();
    for (const { id, parent_id } of await world.rows(
      sql<{ id: string; parent_id: string | null }>`select id, parent_id from organizations`,
    ))
      model.parent.set(
        encodeId('Organization', id),
        parent_id && encodeId('Organization', parent_id),
      );
    // What workers believe is there; it is often no longer so, which is the point.
    const known = [world.org('north'), world.org('south'), world.org('shop-1'), world.org('depot')];
    const deleted: string[] = [];
    const outcomes = new Map<string, number>();
    let done = 0;
    const work = async (random: Random): Promise<void> => {
      while (done < OPERATIONS) {
        const n = done++;
        const id = random.pick(known);
        const other = random.next() < 0.3 ? root : random.pick(known);
        const draw = random.next();
        let name = 'createOrganization';
        let result: Result;
        if (draw < 0.25) {
          result = await mutate(name, { name: 'History', slug: `history-${n}`, parentId: other });
          if (result.organization) known.push(result.organization.id);
        } else if (draw < 0.65) {
          result = await mutate((name = 'moveOrganization'), { id, newParentId: other });
        } else if (draw < 0.85 || deleted.length === 0) {
          result = await mutate((name = 'deleteOrganization'), {
            id,
            mode: random.next() < 0.5 ? 'CASCADE' : 'RESTRICT',
          });
          deleted.push(...(result.deletedOrganizationIds ?? []));
        } else {
          result = await mutate((name = 'restoreOrganization'), { id: random.pick(deleted) });
        }
        const outcome = `${name} ${result.code ?? result.__typename}`;
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: WORKERS }, (_, n) => work(new Random(n + 1))));

    // Every kind of thing has happened, and nothing unexpected.
    expect(
      [...outcomes.keys()]
        .toSorted()
        .filter((outcome) => !/ (NOT_FOUND|DEPTH_LIMIT|CONTENTION)$/.test(outcome)),
    ).toEqual([
      'createOrganization CreateOrganizationPayload',
      'deleteOrganization DeleteOrganizationPayload',
      'deleteOrganization HAS_CHILDREN',
      'moveOrganization CYCLE',
      'moveOrganization MoveOrganizationPayload',
      'restoreOrganization PARENT_DELETED',
      'restoreOrganization RestoreOrganizationPayload',
    ]);
    for (const count of [
      'createOrganization CreateOrganizationPayload',
      'moveOrganization MoveOrganizationPayload',
    ])
      expect(outcomes.get(count)).toBeGreaterThan(OPERATIONS / 20);

    expect(await verifyTree(world.db)).toMatchObject({ differing: 0 });
    expect(await verifyAuditLog(world.db)).toMatchObject({ broken: 0 });
    const orphans = sql`
      select from organizations o join organizations p on p.id = o.parent_id where o.deleted_at is null and p.deleted_at is not null`;
    expect(await world.rows(orphans)).toEqual([]);

    const events = await world.rows(sql<Event>`
      select action, target_id, before, after from audit_events where refusal is null and chain_id = ${world.uuid('acme')} order by sequence`);
    for (const event of events) replay(model, event);
    const tree = await world.rows(sql<{
      id: string;
      parent_id: string | null;
      gone: string | null;
    }>`
      select organization_public_id(id) as id, organization_public_id(parent_id) as parent_id, organization_public_id(deleted_with) as gone
      from organizations order by id`);
    expect(tree).toEqual(
      tree.map(({ id }) => ({
        id,
        parent_id: model.parent.get(id) ?? null,
        gone: model.deletedWith.get(id) ?? null,
      })),
    );
    expect(tree).toHaveLength(model.parent.size);

    await runJobs(world);
    const stale = sql`select from search_documents d join organizations o on o.id = d.organization_id where d.lineage <> o.lineage`;
    expect(await world.rows(stale)).toEqual([]);
  });

  it(`has one effect for each of ${KEYS} idempotency keys, however its eight twins come`, async () => {
    const parents = [
      { as: 'key@rival', parentId: world.org('rival') },
      { as: 'admin@rival', parentId: world.org('rival-shop') },
    ] as const;
    const twins = async (n: number): Promise<void> => {
      const { as, parentId } = parents[n % parents.length] ?? parents[0];
      const input = {
        name: 'Twin',
        slug: `twin-${n}`,
        parentId,
        users: [{ email: `twin-${n}@x.example` }],
        idempotencyKey: `key-${n}`,
      };
      const answers = await Promise.all(
        Array.from({ length: 8 }, () =>
          world.ask(
            `mutation ($input: CreateOrganizationInput!) {
              createOrganization(input: $input) { __typename ... on CreateOrganizationPayload { organization { id } invitations { id } } }
            }`,
            { as, withoutSocket: true },
            { input },
          ),
        ),
      );
      expect(answers[0]?.text).toContain('CreateOrganizationPayload');
      const texts = new Set(answers.map((answer) => answer.text));
      expect([...texts]).toEqual([answers[0]?.text]);
    };
    let next = 0;
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        for (let n = next++; n < KEYS; n = next++) await twins(n);
      }),
    );
    const [effects] = await world.rows(sql`
      select (select count(*)::int from organizations where slug like 'twin-%') as organizations,
        (select count(*)::int from invitations where email like 'twin-%') as invitations,
        (select count(*)::int from audit_events where action = 'createOrganization' and after->>'slug' like 'twin-%') as events,
        (select count(*)::int from provisioning_steps s join organizations o on o.id = s.organization_id where o.slug like 'twin-%') as steps`);
    expect(effects).toEqual({
      organizations: KEYS,
      invitations: KEYS,
      events: KEYS,
      steps: 5 * KEYS,
    });
  });
});
