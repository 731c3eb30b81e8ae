/** The guards of queries that are one statement: what is written into it, and whom it serves again. */
import type { MutantGroup } from './mutant.ts';

const GUARDS = 'test/compiler/guards.test.ts';
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
        what: 'the answer of a statement has any number of bytes',
        from: 'from written where octet_length(answer) <= ${bytesMax}`',
        to: 'from written`',
        only: 'more bytes than any may have',
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
        from: 'this.#rows(limit - 1)',
        to: 'this.#rows(limit)',
        only: 'has no more rows than',
      },
      {
        what: 'the row that tells whether others follow is shown, where parts of a connection share a page',
        from: '(select * from page ${skip}) as parent`',
        to: '(select * from page) as parent`',
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
        from: 'row === undefined || row.answer.includes(REFUSED)',
        to: 'row === undefined',
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
    file: 'src/compiler/slots.ts',
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
        only: 'for a log with organizations below',
      },
      {
        what: 'a statement serves pages of any size',
        from: "if (page) parts.push(`${page.backward ? 'last' : 'first'}=${page.limit}`, page.after ? 'after' : '', page.before ? 'before' : '');",
        to: '',
        only: 'for pages of another size',
      },
      {
        what: 'later callers are answered with the organization of the first',
        from: 'const organizationId = slot(({ principal }) => principal.organization?.id);',
        to: 'const organizationId = organization?.id;',
        only: 'the organization, the credential and the scopes',
      },
      {
        what: 'later callers are answered with the credential of the first',
        from: 'id: slot(({ principal }) => principal.credential?.id),',
        to: 'id: credential.id,',
        only: 'the organization, the credential and the scopes',
      },
      {
        what: 'later callers are answered as the person who was first',
        from: 'id: slot(({ principal }) => principal.user?.id),',
        to: 'id: user.id,',
        only: 'its person',
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
      {
        what: 'the value of a request becomes part of a statement that serves others',
        from: "throw new TypeError('a value of the request is a parameter, and nothing else');",
        to: "return '' as never;",
        only: 'keeps values of a request out',
      },
    ],
  },
  {
    file: 'src/database/list.ts',
    tests: GUARDS,
    mutants: [
      {
        what: 'a count is told of parents that the caller may not read',
        from: 'as counted where ${list.parents.includes(viewer, args)}',
        to: 'as counted',
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
