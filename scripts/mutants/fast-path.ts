/** What is checked of a request that is answered before Yoga is asked. */
import type { MutantGroup } from './mutant.ts';

const FAST = 'test/http/fast-path.test.ts';
const HOSTILE = 'test/http/fast-path-hostile.test.ts';
const PROOF = 'test/credential/proof.test.ts';

export const fastPath: readonly MutantGroup[] = [
  {
    file: 'src/authentication/proof.ts',
    tests: PROOF,
    mutants: [
      {
        what: 'callers of a suspended organization are answered as before',
        from: 'sql`c.suspended is not true`,',
        to: '',
        tests: FAST,
        only: 'while the organization, or one above it, is suspended',
      },
      {
        what: 'a caller acts in the organization that they acted in before',
        from: "isSame('organization_id', organization?.id ?? null, 'uuid'),",
        to: '',
      },
      {
        what: 'a caller acts where their organization was before',
        from: "isSame('lineage', rights?.lineage ?? null, 'uuid[]'),",
        to: '',
      },
      {
        what: 'a caller has the scopes that they had before',
        from: "isSame('scopes', rights?.scopes ?? null, 'text[]'),",
        to: '',
      },
      {
        what: 'a caller is whoever the credential belonged to before',
        from: "isSame('user_id', user.id, 'uuid'),",
        to: '',
      },
      {
        what: 'a caller has the address that they had before',
        from: ", isSame('canonical_email', user.verifiedEmail, 'text')",
        to: '',
      },
      {
        what: 'a session is told the address of before',
        from: "isSame('email', person.email, 'text'),",
        to: '',
      },
      {
        what: 'a session acts with an address that it does not verify',
        from: ", isSame('canonical_email', person.canonical, 'text')",
        to: '',
      },
      {
        what: 'a session is told the name of before',
        from: "if (person.name !== null) conditions.push(isSame('user_name', person.name, 'text'));",
        to: '',
      },
      {
        what: 'a credential is told the name of before',
        from: "isSame('name', credential.name, 'text'),",
        to: '',
      },
      {
        what: 'a credential is told the end of before',
        from: "sql`date_trunc('milliseconds', c.expires_at) is not distinct from ${credential.expiresAt}::timestamptz`,",
        to: '',
      },
      {
        what: 'a session without a person is looked up as a token',
        from: "if (credential.kind === 'SESSION') return person ? sessionStatement(person, named) : undefined;",
        to: "if (credential.kind === 'SESSION' && person) return sessionStatement(person, named);",
      },
    ],
  },
  {
    file: 'src/authentication/authenticate.ts',
    tests: FAST,
    mutants: [
      {
        what: 'a session goes on after its end',
        after: 'export async function sessionProof(',
        from: 'clock.now()',
        to: 'new Date(0)',
        only: 'who the identity provider says',
      },
    ],
  },
  {
    file: 'src/authentication/assumed-callers.ts',
    tests: FAST,
    mutants: [
      {
        what: 'a caller acts where another request of theirs acted',
        from: 'return organization === null ? fingerprint : `${fingerprint} ${organization}`;',
        to: 'return organization === null ? fingerprint : `${fingerprint}`;',
        only: 'however it is sent',
      },
    ],
  },
  {
    file: 'src/compiler/statement.ts',
    tests: FAST,
    mutants: [
      {
        what: 'a statement answers whoever asks',
        from: '? sql`select case when ${isCaller} then (${answer}) end as answer`',
        to: '? sql`select (${answer}) as answer`',
        only: 'once the key is revoked',
      },
    ],
  },
  {
    file: 'src/compiler/operations.ts',
    tests: FAST,
    mutants: [
      {
        what: 'a statement that authenticates nobody serves where nobody else does',
        from: 'const key = `${shape} ${proofShape(values.proof)}`;',
        to: 'const key = shape;',
        only: 'once the key is revoked',
      },
      {
        what: 'the credential is not looked up again where nobody proves it',
        from: 'symbolicPrincipal(principal, proof !== null)',
        to: 'symbolicPrincipal(principal, true)',
        tests: 'test/compiler/hostile.test.ts',
      },
    ],
  },
  {
    file: 'src/compiler/slots.ts',
    tests: FAST,
    mutants: [
      {
        what: 'a statement for sessions without a name serves those with one',
        from: "(proof.person.name === null ? 'unnamed' : 'named')",
        to: "'person'",
        only: 'whether or not each of their sessions',
      },
      {
        what: 'texts of a statement are taken for parameters',
        from: 'return found === parameters.length ? { text: shared, parameters: kept } : { text, parameters };',
        to: 'return { text: shared, parameters: kept };',
        tests: 'test/compiler/guards.test.ts',
        only: 'look like a parameter',
      },
    ],
  },
  {
    file: 'src/compiler/execution.ts',
    tests: FAST,
    mutants: [
      {
        what: 'a statement that refused is executed again',
        from: 'if (context.record.execution !== undefined) return undefined;',
        to: '',
        only: 'looks nobody up twice',
      },
    ],
  },
  {
    file: 'src/http/fast-path.ts',
    tests: FAST,
    mutants: [
      {
        what: 'requests of any method are operations',
        from: "method !== 'POST' ||",
        to: '',
        only: 'however it is sent',
      },
      {
        what: 'requests to any address are operations',
        from: '|| path !== this.#options.path',
        to: '',
        only: 'however it is sent',
      },
      {
        what: 'forms of other sites are operations',
        from: "|| !isJson(header('content-type'))",
        to: '',
        only: 'however it is sent',
      },
      {
        what: 'bodies of any length are read before their caller is known',
        from: 'length === null || !(Number(length) <= limits.bodyBytes)',
        to: 'length === null',
        only: 'whatever it is',
      },
      {
        what: 'pages of other origins miss the headers that they need',
        from: ', ...corsHeaders(this.#options.corsOrigins, origin)',
        to: '',
        only: 'may be read by pages',
      },
      {
        what: 'pages of other origins miss the headers that they ask for',
        from: "if (header('access-control-request-headers') !== null) return undefined;",
        to: '',
        only: 'may be read by pages',
      },
      {
        what: 'the gateway answers known callers under any name',
        from: "if (this.#hosts.size > 0 && !this.#hosts.has(hostOf(header('host')))) return undefined;",
        to: '',
        only: 'under a host name that is not served',
      },
      {
        what: 'clients are answered in a type that they do not accept',
        from: 'return caller && mediaType !== undefined ? { ...caller, authorization, fingerprint, organization, mediaType }',
        to: "return caller ? { ...caller, authorization, fingerprint, organization, mediaType: mediaType ?? 'text/plain' }",
        only: 'the media type that it has from Yoga',
      },
      {
        what: 'requests are answered although they are too many',
        from: 'begun.arrival.refusal ||',
        to: '',
        only: 'refuse once they are used up',
      },
      {
        what: 'callers whose request is not counted are answered',
        from: '|| !begun.arrival.accepted',
        to: '',
        only: 'that budgets do not know',
      },
      {
        what: 'variables are nested to any depth where the document is known',
        from: 'checkVariables(variableValues, limits);',
        to: '',
        only: 'whatever it is',
      },
      {
        what: 'known documents ask for any number of rows',
        from: 'if (cost?.estimate(args, context).refusal) return undefined;',
        to: 'cost?.estimate(args, context);',
        only: 'costs too much',
      },
      {
        what: 'known queries are free',
        from: 'budgets && arrival && admit(budgets, args, { ...context, arrival, signal, isOneStatement: known !== undefined, });',
        to: 'undefined as ReturnType<typeof admit> | undefined;',
        only: 'are charged once',
      },
      {
        what: 'what is passed on is charged twice',
        from: 'else await admitted?.undo();',
        to: 'else admitted?.leave();',
        only: 'are charged once',
      },
      {
        what: 'a slot is kept by what is passed on',
        from: 'else await admitted?.undo();',
        to: '',
        only: 'are given back by what is passed on',
      },
      {
        what: 'a slot is never given back',
        from: '|| deadline?.isOver) admitted?.leave();',
        to: '|| deadline?.isOver) undefined;',
        only: 'let no more operations',
      },
      {
        what: 'what runs until its time is up is free',
        from: "if ((outcome && 'data' in outcome) || deadline?.isOver)",
        to: "if (outcome && 'data' in outcome)",
        tests: HOSTILE,
        only: 'has paid for',
      },
      {
        what: 'statements are written for callers whose budget is used up',
        from: 'const known = operations.find(args, viewer);',
        to: 'const known = operations.prepare(args, viewer, db);',
        tests: HOSTILE,
        only: 'has no statement written',
      },
      {
        what: 'a request that failed goes on',
        from: 'begun.failure = error;',
        to: '',
        only: 'whatever it is',
      },
      {
        what: 'statements of the fast path go on when their client has gone',
        from: 'deadline?.abandon();',
        to: '',
        tests: HOSTILE,
        only: 'while its statement runs',
      },
      {
        what: 'requests of the fast path have no deadline',
        from: 'return underDeadline(deadline, async () => {',
        to: 'return underDeadline(undefined as never, async () => {',
        tests: HOSTILE,
        only: 'has paid for the statement that it ran',
      },
    ],
  },
  {
    file: 'src/http/incoming.ts',
    tests: HOSTILE,
    mutants: [
      {
        what: 'a body that was lost is awaited for ever',
        from: 'if (request.destroyed) gone();',
        to: '',
        only: 'before its arrival is counted',
      },
    ],
  },
  {
    file: 'src/http/front.ts',
    tests: HOSTILE,
    mutants: [
      {
        what: 'anybody is shown where the code fails',
        from: 'if (!hasAddress(request)) return refuseAddress(request, response, options);',
        to: '',
        only: 'without an address',
      },
    ],
  },
  {
    file: 'src/http/begun.ts',
    tests: FAST,
    mutants: [
      {
        what: 'what is passed on is counted twice on arrival',
        from: 'if (begun.arrival) budgets?.arrivals.set(request, begun.arrival);',
        to: '',
        only: 'count what is passed on once',
      },
    ],
  },
  {
    file: 'src/http/usual-parameters.ts',
    tests: FAST,
    mutants: [
      {
        what: 'parameters that nobody knows are ignored',
        from: '&& Object.keys(params).every((name) => KNOWN.has(name))',
        to: '',
        only: 'whatever it is',
      },
      {
        what: 'variables that are a list are none',
        from: '&& !Array.isArray(variables)',
        to: '',
        only: 'whatever it is',
      },
      {
        what: 'an operation without a name is any',
        from: "&& operationName !== ''",
        to: '',
        only: 'whatever it is',
      },
      {
        what: 'documents that were valid once need not be registered',
        from: "registered.policy === 'require'",
        to: 'false',
        tests: 'test/trusted-documents/trusted-documents.test.ts',
        only: 'however often',
      },
      {
        what: 'a registered document is answered in the place of the text beside its hash',
        from: 'if (query != null) return undefined;',
        to: '',
        only: 'is one statement for those who name it',
      },
    ],
  },
  {
    file: 'src/http/plugins/authentication.ts',
    tests: FAST,
    mutants: [
      {
        what: 'a request that failed goes on once its caller is known',
        from: 'if (deadline && tenant !== undefined) deadline.tenant = tenant; if (failure !== undefined) throw failure;',
        to: 'if (deadline && tenant !== undefined) deadline.tenant = tenant;',
        only: 'whatever it is',
      },
      {
        what: 'a request whose time is up is authenticated',
        from: 'if (failure !== undefined && (isUnavailable(failure) || currentDeadline()?.isOver)) throw failure;',
        to: '',
        tests: HOSTILE,
        only: 'is not tried again',
      },
      {
        what: 'a session that cannot be verified is verified again',
        from: 'if (isUnauthenticated(failure)) throw failure;',
        to: '',
        only: 'waits for the keys',
      },
      {
        what: 'a caller who was refused is assumed again',
        from: 'if (fingerprint !== undefined) assumed?.remove(fingerprint, organization);',
        to: '',
        only: 'looks nobody up twice',
      },
    ],
  },
  {
    file: 'src/http/plugins/documents.ts',
    tests: FAST,
    mutants: [
      {
        what: 'documents that are not valid are answered the second time',
        from: 'if (isValid && isKnown(request)) cache.add(documentAST);',
        to: 'if (isKnown(request)) cache.add(documentAST);',
        only: 'whatever it is',
      },
    ],
  },
];
