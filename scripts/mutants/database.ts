/** What the database refuses by itself, whatever the application does. */
import type { MutantGroup } from './mutant.ts';

const TREE = 'test/database/tree.test.ts';
const ROLES = 'test/database/roles.test.ts';
const LAWS = 'test/database/laws.test.ts';
const SUPERVISION = 'test/database/supervision.test.ts';
const ADOPTION = 'test/database/migrations-adoption.test.ts';
const MIGRATING = 'test/cli/migrating.test.ts';
const MIGRATIONS = 'test/database/migrations.test.ts';
const TRAIL = 'test/audit/trail.test.ts';

export const database: readonly MutantGroup[] = [
  {
    file: 'src/database/baseline.ts',
    tests: ADOPTION,
    mutants: [
      {
        what: 'a database that version 0.1 did not finish is taken for the baseline',
        from: 'names.find((name) => !applied.has(name));',
        to: 'names.find(() => false);',
        only: 'is refused at',
      },
      {
        what: 'a database is taken for the baseline whatever its migrations were',
        from: 'if (other !== undefined)',
        to: "if (other === '')",
        only: 'another one than that of version 0.1',
      },
    ],
  },
  {
    file: 'src/commands/database.ts',
    tests: MIGRATING,
    mutants: [
      {
        what: 'a start with MIGRATE=check migrates all the same',
        from: "migrations === 'check'",
        to: "migrations === 'off'",
        only: 'is refused with MIGRATE=check by',
      },
      {
        what: 'a version grants its own rights on the schema of a newer one',
        from: 'if (newer.length > 0) return { applied: [], newer };',
        to: '',
        only: 'is served by this version',
      },
    ],
  },
  {
    file: 'src/database/migration-history.ts',
    tests: ADOPTION,
    mutants: [
      {
        what: 'a version takes a newer database that lacks its own migrations',
        from: 'if (newer.length > 0 && lacking.length > 0)',
        to: 'if (newer.length < 0)',
        tests: MIGRATIONS,
        only: 'lacks one of them',
      },
      {
        what: 'a database of version 0.1 is left without a history',
        from: 'await connection.transaction().execute(async (tx) => {',
        to: 'await Promise.resolve(connection).then(async (tx) => {',
        only: 'cannot be taken over as a whole',
      },
    ],
  },
  {
    // The trigger before it and the check beside it refuse single moves earlier; this one alone would do.
    file: 'migrations/0101_tree.sql',
    tests: TREE,
    mutants: [
      {
        what: 'two moves close a circle',
        from: 'if new.id = any (below) then',
        to: 'if false then',
        only: 'two moves in one statement',
      },
    ],
  },
  {
    file: 'migrations/0101_tree.sql',
    tests: TREE,
    mutants: [
      {
        what: 'a level too many is created',
        from: 'if new.depth > (select max_depth from tree_settings) then',
        to: 'if false then',
        only: 'a level too many',
      },
      {
        what: 'a level too many is moved together',
        from: 'if new.depth + coalesce(deepest, 0) > (select max_depth from tree_settings) then',
        to: 'if false then',
        only: 'a level too many',
      },
      {
        what: 'concurrent moves make a cycle',
        from: 'perform pg_advisory_xact_lock(k)\n  from (',
        to: 'perform k\n  from (',
        only: 'concurrent moves that would make a cycle',
      },
      {
        what: 'a child is created below something that is being moved',
        after: 'create function organizations_before_insert()',
        from: 'perform pg_advisory_xact_lock_shared(tree_lock_key(root));',
        to: '',
        only: 'a move begins while a child below it is created',
      },
      {
        what: 'something is moved in an older snapshot than its lock',
        from: "if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then",
        to: 'if false then',
        only: 'whose snapshot could be older',
      },
      {
        what: 'ids and slugs change',
        from: 'if new.id <> old.id or new.ordinal <> old.ordinal or new.slug <> old.slug then',
        to: 'if false then',
        only: 'to change an id or a slug',
      },
      {
        what: 'the place in the tree is written directly',
        from: 'if pg_trigger_depth() = 1\n',
        to: 'if false\n',
        only: 'cannot be written directly',
      },
    ],
  },
  {
    file: 'migrations/0102_organizations.sql',
    tests: TREE,
    mutants: [
      {
        what: 'a reserved slug is taken',
        from: 'if exists (select from reserved_slugs r where r.slug = new.slug) then',
        to: 'if false then',
        only: 'a slug that is taken',
      },
      {
        what: 'a retired slug is taken',
        from: 'if exists (select from retired_slugs r where r.slug = new.slug or r.organization_id = new.id) then',
        to: 'if false then',
        only: 'a slug that is taken',
      },
    ],
  },
  {
    file: 'migrations/0101_tree.sql',
    tests: 'test/access/locks.test.ts',
    mutants: [
      {
        what: 'two changes to one organization are made at a time',
        from: '(include_deleted or o.deleted_at is null)\n  for no key update;',
        to: '(include_deleted or o.deleted_at is null);',
        only: 'nobody changes its organization',
      },
      {
        what: 'an organization is moved or suspended in the middle of a change to it',
        after: 'create function lock_organization(',
        from: 'perform pg_advisory_xact_lock_shared(tree_lock_key(root));',
        to: '',
        only: 'nobody changes its organization',
      },
      {
        what: 'changes for everything below overlap with changes there',
        from: 'perform pg_advisory_xact_lock(tree_lock_key(root));',
        to: 'perform pg_advisory_xact_lock_shared(tree_lock_key(root));',
        only: 'nothing else in the tree',
      },
      {
        what: 'a deleted organization is changed',
        from: '(include_deleted or o.deleted_at is null)',
        to: 'true',
        only: 'its organization was moved',
      },
    ],
  },
  {
    file: 'migrations/0230_audit_sealing.sql',
    tests: TRAIL,
    mutants: [
      {
        what: 'an event does not seal the one before it',
        from: 'sha256(coalesce(state, chain_end) || event)',
        to: 'sha256(event)',
        only: 'is numbered without gaps',
      },
      {
        what: 'two seal at the same time',
        from: 'if not pg_try_advisory_xact_lock(4207849481000) then return 0; end if;',
        to: '',
        only: 'by several sealers',
      },
      {
        what: 'events are numbered in another order than they were appended in',
        from: 'partition by w.chain_id order by w.position',
        to: 'partition by w.chain_id order by w.position desc',
        only: 'it comes after every change',
      },
      {
        what: 'an event is sealed again',
        from: 'if old.sequence is null then',
        to: 'if true then',
        only: 'change nothing but the number',
      },
      {
        what: 'the seal changes the event',
        from: 'if old is not distinct from sealed then return new; end if;',
        to: 'return new;',
        only: 'change nothing but the number',
      },
    ],
  },
  {
    file: 'migrations/0235_audit_deferred.sql',
    tests: TRAIL,
    mutants: [
      {
        what: 'the audit log is changed',
        from: "raise exception 'the audit log can only be added to' using errcode = 'insufficient_privilege';",
        to: "if tg_level = 'ROW' then return new; end if; return null;",
        only: 'can only be added to',
      },
      {
        what: 'a gateway chooses the number of an event',
        from: 'new.sequence := null;\n  new.hash := null;',
        to: '',
        only: 'change nothing but the number',
      },
    ],
  },
  {
    file: 'src/modules/audit/verify.ts',
    tests: TRAIL,
    mutants: [
      {
        what: 'an event that was changed goes unseen',
        from: ' or hash <> audit_hash(previous_hash, event)',
        to: '',
        only: 'shows where somebody with the power',
      },
      {
        what: 'an event that was taken out goes unseen',
        from: 'sequence <> previous + 1 or hash <> audit_hash(previous_hash, event) as is_broken',
        to: 'false as is_broken',
        only: 'is verified in pieces',
      },
      {
        what: 'a check that goes on does not look at what it goes on after',
        from: 'where e.chain_id = ${chain}::uuid and e.sequence = ${sequence}::bigint)',
        to: 'where false)',
        only: 'is verified in pieces',
      },
      {
        what: 'events that were cut off go unseen',
        from: 'not exists (\n      select from audit_events e',
        to: 'false and not exists (\n      select from audit_events e',
        only: 'shows where somebody with the power',
      },
    ],
  },
  {
    file: 'migrations/0105_roles.sql',
    tests: 'test/membership/changing.test.ts',
    mutants: [
      {
        what: 'the last admin goes past the application',
        from: "raise exception 'an organization keeps its last admin'\n      using errcode = 'check_violation', constraint = 'organizations_last_admin';",
        to: 'return null;',
        only: 'is kept by the database too',
      },
      {
        what: 'two transactions each take the other admin away',
        from: 'o.deleted_at is null\n  for no key update;',
        to: 'o.deleted_at is null;',
        only: 'lets one of two transactions',
      },
    ],
  },
  {
    file: 'migrations/0104_people.sql',
    tests: 'test/database/tree.test.ts',
    mutants: [
      {
        what: 'two accounts have one address',
        from: 'constraint users_email_key unique',
        to: '',
        tests: 'test/user/email.test.ts',
        only: 'are unique by the stored column',
      },
    ],
  },
  {
    file: 'src/database/grants.ts',
    tests: ROLES,
    mutants: [
      {
        what: 'the gateway may change the audit log',
        from: "audit_events: 'select, insert',",
        to: '',
        only: 'is refused by privilege to change audit_events',
      },
      {
        what: 'the gateway may change the log of accounts',
        from: "account_events: 'select, insert',",
        to: '',
        only: 'is refused by privilege to change account_events',
      },
      {
        what: 'the gateway may move the ends of chains',
        from: "audit_chains: 'select',",
        to: '',
        only: 'the ends of the chains',
      },
      {
        what: 'the gateway may register documents',
        from: "trusted_documents: 'select',",
        to: '',
        only: 'insert into trusted_documents',
      },
      {
        what: 'the gateway may raise the depth of trees',
        from: "tree_settings: 'select',",
        to: '',
        only: 'update tree_settings',
      },
      {
        what: 'the gateway may change what scopes imply',
        from: "scopes: 'select',",
        to: '',
        only: 'update scopes',
      },
      {
        what: 'the gateway may make tables of its own for a session',
        from: 'await run(sql`revoke temporary on database ${sql.id(database.name)} from public`);',
        to: '',
        only: 'whatever the database allowed everybody before',
      },
    ],
  },
  {
    file: 'migrations/0109_usage_events.sql',
    tests: ROLES,
    mutants: [
      {
        what: 'any role drops months of usage',
        from: 'revoke execute on function retire_usage_events(timestamptz) from public;',
        to: '',
        only: 'is the only one for which functions',
      },
      {
        what: 'usage is dropped that may be read still',
        from: "if keep_from > now() - interval '31 days' then",
        to: 'if false then',
        only: 'prepares and drops months',
      },
      {
        what: 'any number of months are prepared',
        from: "if first < now() - interval '14 months' or last > now() + interval '4 months' then",
        to: "if first < '-infinity' then",
        only: 'prepares and drops months',
      },
    ],
  },
  {
    file: 'src/database/laws.ts',
    tests: LAWS,
    mutants: [
      {
        what: 'tables are of nobody',
        from: 'broken(findings.nullable,',
        to: 'broken([],',
        only: 'a table of nobody',
      },
      {
        what: 'tables are of organizations that are not there',
        from: 'broken(findings.unkeyed,',
        to: 'broken([],',
        only: 'a table of organizations that are not there',
      },
      {
        what: 'quantities are not exact',
        from: 'broken(findings.floats,',
        to: 'broken([],',
        only: 'a quantity that is not exact',
      },
      {
        what: 'triggers are disabled',
        from: 'broken(findings.triggers,',
        to: 'broken([],',
        only: 'a trigger that is disabled',
      },
      {
        what: 'constraints are not enforced',
        from: 'broken(findings.constraints,',
        to: 'broken([],',
        only: 'a constraint that',
      },
      {
        what: 'sequences start over',
        from: 'broken(findings.cycling,',
        to: 'broken([],',
        only: 'a sequence that starts over',
      },
      {
        what: 'a gateway starts on a connection that fires no triggers',
        from: 'if (findings.replica)',
        to: "if (findings.role === '')",
        only: 'fires no triggers',
      },
      {
        what: 'a gateway starts as a superuser',
        from: 'if (superuser) throw',
        to: "if (role === '') throw",
        only: 'connects as the owner',
      },
      {
        what: 'a gateway starts as one that bypasses row security',
        from: 'if (bypass) throw',
        to: "if (role === '') throw",
        only: 'bypasses row security',
      },
      {
        what: 'a gateway starts as an owner of tables',
        from: 'if (owns) throw',
        to: "if (role === '') throw",
        only: 'owns a table',
      },
      {
        what: 'a gateway starts in production on a server that loses data',
        from: 'if (production) throw',
        to: "if (findings.role === '')",
        only: 'may lose what it has promised',
      },
    ],
  },
  {
    file: 'src/authentication/authenticate.ts',
    tests: 'test/database/clock.test.ts',
    mutants: [
      {
        what: 'the clock of the process decides',
        after: "'PERSONAL_ACCESS_TOKEN', token.id, caller.now);",
        from: 'return caller;',
        to: 'return { ...caller, now: new Date() };',
      },
      {
        what: 'sessions end by the clock of the process',
        from: 'sessions.verify(bearer, clock.now())',
        to: 'sessions.verify(bearer, new Date())',
        only: 'takes a session',
      },
    ],
  },
  {
    file: 'src/embedded-postgres/running-server.ts',
    tests: SUPERVISION,
    mutants: [
      {
        what: 'sessions that outlive a killed server keep it from starting again',
        from: "if (commandLine.startsWith(`postgres: ${mark}: `)) signalTo(pid, 'SIGKILL');",
        to: '',
        only: 'a session that works has not noticed',
      },
      {
        what: 'a pid file that names somebody else keeps the server from starting',
        from: 'if (written && exists(written.pid)) await rm(',
        to: 'if (written === undefined) await rm(',
        only: 'names a process of somebody else',
      },
      {
        what: 'the server of another folder is taken for ours',
        from: 'return marked === undefined || marked === mark;',
        to: 'return true;',
        only: 'names the server of another folder',
      },
    ],
  },
  {
    file: 'src/embedded-postgres/folder.ts',
    tests: SUPERVISION,
    mutants: [
      {
        what: 'a database is made anew in the place of one whose record cannot be read',
        from: "if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;",
        to: 'return undefined;',
        only: 'cannot be read',
      },
    ],
  },
  {
    file: 'src/embedded-postgres/start.ts',
    tests: SUPERVISION,
    mutants: [
      {
        what: 'a server that waits for its sessions to end is not had back',
        from: '() => isOurs && postmaster.isStopping',
        to: '() => false',
        only: 'after SIGTERM',
      },
    ],
  },
  {
    file: 'src/database/batch-statements.ts',
    tests: 'test/database/batch-statements.test.ts',
    mutants: [
      {
        what: 'a kept statement serves callers with other scopes',
        from: '`${name}\\n${principalShape(principal)}\\n${args}`',
        to: '`${name}\\n${args}`',
        only: 'differ between callers with different scopes',
      },
      {
        what: 'a statement is kept although its code looked at a value',
        from: 'return isSame ? statement : undefined;',
        to: 'return statement;',
        only: 'compares two ids',
      },
    ],
  },
];
