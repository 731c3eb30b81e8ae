/** The guards of queries that are one statement: what is written into it, and whom it serves again. */
import type { MutantGroup } from './mutant.ts';

const GUARDS = 'test/compiler/guards.test.ts';
const NODES = 'test/compiler/nodes.test.ts';
const HELD = 'test/role/held.test.ts';
const REDACTION = 'test/audit/redaction.test.ts';
const AGREE = 'The two forms of the guard of a type agree';

export const compiler: readonly MutantGroup[] = [
  {
    file: 'src/compiler/statement.ts',
    tests: GUARDS,
    mutants: [
      {
        what: 'a statement answers fields without their guards',
        from: 'if (guard === undefined) return value;',
        to: 'return value;',
        only: 'where the caller may never read a field',
      },
      {
        what: 'a field that is open below is open in the caller’s own organization',
        from: 'return constant ? value : sql`',
        to: 'return constant !== false ? value : sql`',
        only: 'may read a field below, but not in their own',
      },
      {
        what: 'a guard that refuses opens its field',
        from: '} catch { return false; }',
        to: '} catch { return true; }',
        only: 'where the caller may never read a field',
      },
      {
        what: 'statements are written for callers without a credential',
        from: '(!guard.authenticated || principal.credential !== null)',
        to: 'true',
        only: 'writes no statement for callers',
      },
      {
        what: 'statements are written for callers without the organization that a field takes',
        from: '(!guard.organization || principal.organization !== null)',
        to: 'true',
        only: 'writes no statement for callers',
      },
      {
        what: 'a statement shows rows without the guard of their type',
        from: 'return visibility ? sql`',
        to: 'return visibility === undefined ? sql`',
        only: 'refuses the row of a type',
      },
      {
        what: 'an object that must be there is null',
        from: 'return plan.isNonNull ? sql`coalesce(${object}, ${refused})` : object;',
        to: 'return object;',
        only: 'refuses an object that must be there',
      },
      {
        what: 'a statement lists what belongs to parents that the caller may not read',
        from: 'as listed where ${isListed}`',
        to: 'as listed`',
        only: 'leaves a list empty',
      },
      {
        what: 'a statement obeys the cursors of other lists',
        from: 'return checks.length === 0 ? json : sql`',
        to: 'return checks.length >= 0 ? json : sql`',
        only: 'where the cursor after is of another list',
      },
      {
        what: 'only the cursor after is of the list',
        from: "(['after', 'before'] as const).filter",
        to: "(['after'] as const).filter",
        only: 'where the cursor before is of another list',
      },
      {
        what: 'wrong arguments are answered in silence',
        from: 'const value = form?.check ? sql`',
        to: 'const value = form === undefined && form?.check ? sql`',
        only: 'where a form finds its arguments wrong',
      },
      {
        what: 'a root field without a value is null without an error',
        from: '[sql`true`, ...fields.map(({ key }) => sql`x.${sql.ref(key)} is not null`)]',
        to: '[sql`true`]',
        only: 'where what is asked for is missing or elsewhere',
      },
      {
        what: 'a node that is missing is null without an error (statements)',
        from: 'select coalesce(case wanted.type ${sql.join(choices, sql` `)} end, ${refused})',
        to: "select coalesce(case wanted.type ${sql.join(choices, sql` `)} end, 'null'::json)",
        tests: NODES,
        only: 'hidden among others',
      },
      {
        what: 'a node is read by the type that another one has (statements)',
        from: 'sql`when ${sql.lit(variant.type.name)} then',
        to: 'sql`when wanted.type then',
        tests: NODES,
        only: 'is one of several',
      },
      {
        what: 'nodes come in any order (statements)',
        from: 'as wanted (type, id, n) order by wanted.n`',
        to: 'as wanted (type, id, n) order by wanted.id`',
        tests: NODES,
        only: 'is one of several',
      },
      {
        what: 'the answer of a statement has any number of bytes',
        from: 'from written where octet_length(answer) <= ${bytesMax}`',
        to: 'from written`',
        only: 'more bytes than any may have',
      },
    ],
  },
  {
    file: 'src/graphql/node.ts',
    tests: NODES,
    mutants: [
      {
        what: 'a statement for nodes of one type serves those of another',
        from: "structural: ['types'],",
        to: 'structural: [],',
        only: 'is read by a statement for its type',
      },
      {
        what: 'a malformed id among others reaches the database',
        from: "return ids.map((id) => parse(id, 'ids'));",
        to: "return ids.flatMap((id) => (parseId(id) ? [parse(id, 'ids')] : []));",
        only: 'with a malformed id',
      },
    ],
  },
  {
    file: 'src/modules/user/queries.ts',
    tests: NODES,
    mutants: [
      {
        what: 'people are nodes for everybody (statements)',
        from: 'and (u.id = ${principal.user?.id ?? null}::uuid or through.lineage is not null)`',
        to: '`',
        only: 'each alone',
      },
    ],
  },
  {
    file: 'src/modules/membership/queries.ts',
    tests: NODES,
    mutants: [
      {
        what: 'memberships are nodes for everybody (statements)',
        from: 'from ${visibleMemberships(principal)} as m join users as u on u.id = m.user_id where m.id',
        to: 'from (select m.*, o.lineage from memberships m join organizations o on o.id = m.organization_id where ${principal.credential?.id ?? null}::text is not null) as m join users as u on u.id = m.user_id where m.id',
        only: 'each alone',
      },
      {
        what: 'the scopes of a membership are read by everybody (rows)',
        from: 'case when ${isOwn} or exists ${readable} then',
        to: 'case when ${isOwn} or true or exists ${readable} then',
        tests: HELD,
      },
    ],
  },
  {
    file: 'src/modules/invitation/queries.ts',
    tests: NODES,
    mutants: [
      {
        what: 'invitations are nodes for everybody (statements)',
        after: "'invitation by id'",
        from: "${readableOrganizations(principal, { scope: 'members:read' })}",
        to: '(select * from organizations where ${principal.credential?.id ?? null}::text is not null)',
        only: 'each alone',
      },
    ],
  },
  {
    file: 'src/modules/role/queries.ts',
    tests: NODES,
    mutants: [
      {
        what: 'roles are nodes for everybody (statements)',
        from: 'and (r.built_in or reached.lineage is not null)`',
        to: '`',
        only: 'each alone',
      },
      {
        what: 'the roles of a membership are read wherever it is (rows)',
        from: 'readable: readableOrganizations(principal, { ...SCOPE, among: organizationOfParent }),',
        to: 'readable: sql`(select * from ${organizationOfParent})`,',
        tests: HELD,
      },
      {
        what: 'roles of memberships are hidden from the person who holds them (rows)',
        from: 'own: user && sql`select t.lineage, ${user.id}::uuid where ${isMembershipOf(user)}`,',
        to: 'own: user && sql`select t.lineage, ${user.id}::uuid where ${isMembershipOf(user)} and false`,',
        tests: HELD,
      },
    ],
  },
  {
    file: 'src/modules/credential/queries.ts',
    tests: NODES,
    mutants: [
      {
        what: 'keys are nodes for everybody (statements)',
        from: "${readableOrganizations(principal, { scope: 'api_keys:manage' })}",
        to: '(select * from organizations where ${principal.credential?.id ?? null}::text is not null)',
        only: 'each alone',
      },
      {
        what: 'tokens are nodes for everybody (statements)',
        from: 'where t.id = any (${ids}::uuid[]) and t.user_id = ${principal.user?.id ?? null}::uuid`',
        to: 'where t.id = any (${ids}::uuid[]) and ${principal.credential?.id ?? null}::text is not null`',
        only: 'each alone',
      },
    ],
  },
  {
    file: 'src/modules/audit/queries.ts',
    tests: NODES,
    mutants: [
      {
        what: 'audit events are nodes for everybody (statements)',
        after: "'audit event by id'",
        from: "${readableOrganizations(principal, { scope: 'audit:read' })}",
        to: '(select * from organizations where ${principal.credential?.id ?? null}::text is not null)',
        only: 'each alone',
      },
    ],
  },
  {
    file: 'src/modules/contact/queries.ts',
    tests: NODES,
    mutants: [
      {
        what: 'contacts are nodes for everybody (statements)',
        from: "${readableOrganizations(principal, { scope: 'organizations:manage' })}",
        to: '(select * from organizations where ${principal.credential?.id ?? null}::text is not null)',
        only: 'each alone',
      },
    ],
  },
  {
    file: 'src/modules/organization/queries.ts',
    tests: NODES,
    mutants: [
      {
        what: 'organizations are nodes for everybody (statements)',
        after: "'organization by id'",
        from: '${readableOrganizations(principal)}',
        to: '(select * from organizations where ${principal.credential?.id ?? null}::text is not null)',
        only: 'each alone',
      },
    ],
  },
  {
    file: 'src/modules/organization/access-queries.ts',
    tests: GUARDS,
    mutants: [
      {
        what: 'callers are told that they may do anything in their own organization (statements)',
        from: '(${isOwn} and ${scope} = any (${[...scopesInOwn(principal)]}::text[]) or ${isBelow})',
        to: '(${isOwn} or ${isBelow} or ${scope} = any (${[...scopesInOwn(principal)]}::text[]))',
        only: 'is told of their organization and those below',
      },
    ],
  },
  {
    file: 'src/modules/viewer/queries.ts',
    tests: GUARDS,
    mutants: [
      {
        what: 'callers are told what they may do with what they may not see (statements)',
        from: 'const organization = organizationById.statement(viewer, sql`array[${id}]`, null);',
        to: 'const organization = sql`select o.*, array[${viewer.principal.organization?.id}::uuid] as lineage from (select id, deleted_at from organizations where id = ${id}::uuid) as o`;',
        only: 'is told of their organization and those below',
      },
      {
        what: 'callers are told what they may do with scopes that do not exist (statements)',
        from: 'return sql`exists (select from scopes as s where s.key = ${scope}::text)`;',
        to: 'return sql`${scope}::text is not null`;',
        only: 'is an error for a scope',
      },
    ],
  },
  {
    file: 'src/modules/usage/by-child-queries.ts',
    tests: GUARDS,
    mutants: [
      {
        what: 'usage is broken down for callers who may not reach below (statements)',
        from: "parents: ofOrganizations(reach('ALL')),",
        to: "parents: ofOrganizations(reach('SINGLE')),",
        only: 'is empty, by its second guard alone',
      },
      {
        what: 'a cursor of the breakdown by one metric is one of another',
        from: 'orderName: `${metric} ${from.toISOString()}',
        to: 'orderName: `${from.toISOString()}',
        only: 'by no cursor of another metric',
      },
      {
        what: 'usage is broken down by averages (statements)',
        from: "m.key = ${metric}::text and m.kind = 'SUM')`",
        to: 'm.key = ${metric}::text)`',
        only: 'by no cursor of another metric',
      },
    ],
  },
  {
    file: 'src/compiler/forms.ts',
    tests: GUARDS,
    mutants: [
      {
        what: 'international domains are shown as they are stored (statements)',
        from: "and strpos(lower(${email}), 'xn--') = 0, true)`",
        to: ', true)`',
        only: 'is shown by the statement as it is stored',
      },
    ],
  },
  {
    file: 'src/modules/audit/redaction-queries.ts',
    tests: REDACTION,
    mutants: [
      {
        what: 'the log shows what its fields do not (statements)',
        from: 'rule.some((scope) => can(principal, scope, lineage))',
        to: 'rule.length > 0 || can(principal, rule[0] ?? "", lineage)',
      },
      {
        what: 'the log shows parts of a rule by any other (statements)',
        from: 'and ${conditionFor(rule, viewer, value)}`',
        to: 'or ${conditionFor(rule, viewer, value)}`',
      },
      {
        what: 'the log shows what nothing is decided about (statements)',
        from: 'return sql`coalesce(${sql.join(alternatives, sql` or `)}, false)`;',
        to: 'return sql`coalesce(${sql.join(alternatives, sql` or `)}, false) or ${name} <> all (${auditParts().map(([part]) => part.slice(part.indexOf(".") + 1))}::text[])`;',
      },
      {
        what: 'the log shows organizations elsewhere (statements)',
        from: 'return sql`exists (${organizationById.statement(viewer, id, null)})`;',
        to: 'return sql`${id} is not null`;',
      },
      {
        what: 'the log shows what others call their tokens (statements)',
        from: 'return sql`parent.actor_user_id = ${principal.user?.id ?? null}::uuid`;',
        to: 'return sql`coalesce(parent.actor_user_id = ${principal.user?.id ?? null}::uuid, true)`;',
      },
      {
        what: 'the log shows all parts inside of others (statements)',
        from: 'where ${isPartVisible(viewer, sql`${sql.lit(`${NESTED}.`)} || inside.key`, sql`inside.value`)}`',
        to: '`',
      },
    ],
  },
  {
    file: 'src/compiler/arguments.ts',
    tests: GUARDS,
    mutants: [
      {
        what: 'cursors with other sort keys than those of the list reach the database',
        from: 'if (page.after || page.before) form.list.page(viewer, args as never, page);',
        to: '',
        only: 'where the cursor after is of another list',
      },
    ],
  },
  {
    file: 'src/compiler/connection.ts',
    tests: GUARDS,
    mutants: [
      {
        what: 'the row that tells whether others follow is shown, where a page is read once',
        from: ': this.#rows(page.limit - 1 + more);',
        to: ': this.#rows(page.limit);',
        only: 'has no more rows than',
      },
      {
        what: 'the row that tells whether others follow is shown, where parts of a connection share a page',
        from: '(select * from page ${skip}) as parent`',
        to: '(select * from page) as parent`',
        only: 'has no more rows than',
      },
      {
        what: 'pages of any size are as long as the longest',
        from: 'as longest limit ${this.#size(more)}`',
        to: 'as longest`',
        only: 'has no more rows than',
      },
      {
        what: 'nothing tells whether others follow on pages of any size',
        from: '(prepared[at]?.page?.limit ?? 0) + more)',
        to: '(prepared[at]?.page?.limit ?? 0))',
        only: 'has no more rows than',
      },
    ],
  },
  {
    file: 'src/compiler/outcome.ts',
    tests: GUARDS,
    mutants: [
      {
        what: 'a refusal in an answer is sent as a number',
        from: 'row?.answer == null || isRefused(row.answer)',
        to: 'row?.answer == null',
        only: 'may read a field below, but not in their own',
      },
    ],
  },
  {
    file: 'src/compiler/operations.ts',
    tests: GUARDS,
    mutants: [
      {
        what: 'a statement serves callers of any kind with any scopes',
        from: '[plan.id, principalShape(values.principal), ...shapes]',
        to: '[plan.id, ...shapes]',
        only: 'for callers with other scopes',
      },
      {
        what: 'a statement serves requests with any arguments',
        from: '[plan.id, principalShape(values.principal), ...shapes]',
        to: '[plan.id, principalShape(values.principal)]',
        only: 'for pages of another size',
      },
      {
        what: 'a plan serves any choice of directives',
        from: 'const id = [operation.id, ...operation.switches.map((name) => String(variables.coerced[name]))].join();',
        to: 'const id = String(operation.id);',
        only: 'for another choice of its directives',
      },
    ],
  },
  {
    file: 'src/database/slots.ts',
    tests: GUARDS,
    mutants: [
      {
        what: 'a statement for mighty callers serves weak ones',
        from: "organization ? [...organization.scopes].toSorted().join() : '-'",
        to: "organization ? 'organization' : '-'",
        only: 'for callers with other scopes, when the stronger asks first',
      },
      {
        what: 'a statement serves callers with other credentials',
        from: 'credential?.kind, user ?',
        to: 'user ?',
        only: 'tells callers apart',
      },
      {
        what: 'a statement for a verified address serves unverified ones',
        from: "(user.verifiedEmail === null ? 'unverified' : 'user')",
        to: "'user'",
        only: 'tells callers apart',
      },
      {
        what: 'later callers are answered with the organization of the first',
        from: 'const organizationId = slot((principal) => principal.organization?.id);',
        to: 'const organizationId = organization?.id;',
        only: 'the organization, the credential and the scopes',
      },
      {
        what: 'later callers are answered with the credential of the first',
        from: 'id: slot((principal) => principal.credential?.id),',
        to: 'id: credential.id,',
        only: 'the organization, the credential and the scopes',
      },
      {
        what: 'later callers are answered as the person who was first',
        from: 'id: slot((principal) => principal.user?.id),',
        to: 'id: user.id,',
        only: 'its person',
      },
      {
        what: 'the value of a request becomes part of a statement that serves others',
        from: "throw new TypeError('a value of the request is a parameter, and nothing else');",
        to: "return '' as never;",
        only: 'keeps values of a request out',
      },
    ],
  },
  {
    file: 'src/compiler/slots.ts',
    tests: GUARDS,
    mutants: [
      {
        what: 'a statement for one organization serves requests for usage of the whole subtree',
        from: 'if (structural.includes(name)) parts.push(`${name}=${JSON.stringify(value)}`); else if',
        to: 'if',
        only: 'for usage of another scope',
      },
      {
        what: 'a statement with deleted organizations serves requests without them',
        from: 'else if (isStructural(value)) parts.push(`${name}=${String(value)}`);',
        to: '',
        only: 'for deleted organizations',
      },
      {
        what: 'a statement with the log of what is below serves requests without it',
        from: 'else if (isStructural(value)) parts.push(`${name}=${String(value)}`);',
        to: '',
        // A log without what is below serves pages of any size, so that these tell them apart too.
        only: 'for deleted organizations|for a log with organizations below',
      },
      {
        what: 'a statement serves pages of any size',
        from: "if (page) parts.push(`${page.backward ? 'last' : 'first'}=${isSizeOpen ? 'any' : page.limit}`, page.after ? 'after' : '', page.before ? 'before' : '');",
        to: '',
        only: 'for pages of another size',
      },
      {
        what: 'a statement for pages of one size serves those of others',
        from: "=${isSizeOpen ? 'any' : page.limit}`",
        to: '`',
        only: 'for pages of another size',
      },
      {
        what: 'later requests are answered with the arguments of the first',
        from: 'isStructural(value) || structural.includes(name) ?',
        to: 'true ?',
        only: 'its arguments',
      },
      {
        what: 'later requests are answered with the page of the first',
        from: 'page[end] && page[end].map((_key, index) => slot(({ prepared }) => prepared[at]?.page?.[end]?.[index]));',
        to: 'page[end];',
        only: 'its cursors',
      },
    ],
  },
  {
    file: 'src/database/counts.ts',
    tests: GUARDS,
    mutants: [
      {
        what: 'a count is told of parents that the caller may not read',
        from: '(${list.count(viewer, args)}) as counted where ${list.parents.includes(viewer, args)}',
        to: '(${list.count(viewer, args)}) as counted',
        only: 'leaves a list empty',
      },
    ],
  },
  {
    file: 'src/authorization/cases.ts',
    tests: GUARDS,
    mutants: [
      {
        what: 'a rule that differs between own and below is constant',
        from: 'return own === below && below === elsewhere ? own : undefined;',
        to: 'return below;',
        only: 'may read a field below, but not in their own',
      },
      {
        what: 'what is elsewhere is inside',
        from: 'const isInside = sql<boolean>`${organization.id}::uuid = any (parent.lineage)`;',
        to: 'const isInside = sql<boolean>`true`;',
        only: 'where an organization that is shown to a person alone',
      },
      {
        what: 'the caller’s own organization is one below it',
        from: '${organization.id}::uuid = parent.lineage[cardinality(parent.lineage)]',
        to: 'false',
        only: 'may read a field below, but not in their own',
      },
    ],
  },
  {
    file: 'src/authorization/visibility.ts',
    tests: GUARDS,
    mutants: [
      {
        what: 'everybody sees the rows of every type (statements)',
        from: 'return alternatives.length > 0 ? sql`coalesce(${sql.join(alternatives, sql` or `)}, false)` : sql`false`;',
        to: 'return sql`true`;',
        only: 'refuses the row of a type',
      },
      {
        what: 'rows in an organization are seen from everywhere (statements)',
        from: 'if (scope !== undefined) alternatives.push(inSubtree(scope));',
        to: 'if (scope !== undefined) alternatives.push(sql`true`);',
        only: 'refuses the row of a type',
      },
      {
        what: 'what is shown to one person is shown to all (statements)',
        from: 'alternatives.push(sql`parent.${sql.ref(owner)} = ${principal.user.id}::uuid`);',
        to: 'alternatives.push(sql`true`);',
        only: AGREE,
      },
      {
        what: 'roles of one organization are seen like built-in ones (statements)',
        from: 'alternatives.push(sql`parent.${sql.ref(everybody)}`);',
        to: 'alternatives.push(sql`true`);',
        only: AGREE,
      },
      {
        what: 'what is shown to one person is shown to all (question about a row)',
        from: 'principal.user && row[owner] === principal.user.id',
        to: 'principal.user',
        only: AGREE,
      },
      {
        what: 'roles of one organization are seen like built-in ones (question about a row)',
        from: 'row[everybody] === true',
        to: 'true',
        only: AGREE,
      },
      {
        what: 'rows in an organization are seen from everywhere (question about a row)',
        from: 'row.lineage ? maySee(principal, scope, row.lineage) : false',
        to: 'row.lineage != null',
        only: AGREE,
      },
    ],
  },
  {
    file: 'src/authorization/rights.ts',
    tests: GUARDS,
    mutants: [
      {
        what: 'every parent in a statement is readable',
        from: "return readableIf(principal, options, 'parent.') ?? sql<boolean>`false`;",
        to: 'return sql<boolean>`true`;',
        only: 'leaves a list empty',
      },
    ],
  },
  {
    file: 'src/database/list.ts',
    tests: GUARDS,
    mutants: [
      {
        what: 'the lists of a person are open to all (statements)',
        from: 'sql`coalesce(parent.id = ${principal.user?.id ?? null}::uuid, false)`',
        to: 'sql`true`',
        only: 'leaves the lists of a person empty',
      },
    ],
  },
  {
    file: 'src/modules/usage/queries.ts',
    tests: GUARDS,
    mutants: [
      {
        what: 'usage is told of organizations that the caller may not read it of (statements)',
        from: 'return isReadableParent(principal, reach(scope));',
        to: 'return sql`true`;',
        only: 'refuses usage of an organization',
      },
    ],
  },
];
