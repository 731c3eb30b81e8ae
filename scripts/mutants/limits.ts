/** What one request and one caller may take: bodies, documents, cost, time, budgets and slots. */
import type { Mutant, MutantGroup } from './mutant.ts';

const DOCUMENTS = 'test/http/limits.test.ts';
const STATUS = 'test/http/status.test.ts';
const DEADLINE = 'test/http/deadline.test.ts';
const COST = 'test/limits/cost.test.ts';
const BUDGETS = 'test/limits/budgets.test.ts';
const CONNECTIONS = 'test/limits/connections.test.ts';
const PARTS = 'test/limits/parts.test.ts';

/** A limit of documents that is not asked for any more. */
const unlimited = (limit: string, what: string): Mutant => ({
  what,
  from: 'if (actual > maximum) return',
  to: `if (actual > maximum && limit !== '${limit}') return`,
  only: `over the limit of ${limit} `,
});

export const limits: readonly MutantGroup[] = [
  {
    file: 'src/limits/document.ts',
    tests: DOCUMENTS,
    mutants: [
      unlimited('depth', 'fields lie inside each other to any depth'),
      unlimited('aliases', 'fields have any number of aliases'),
      unlimited('rootFields', 'operations have any number of fields at the top'),
      unlimited('fields', 'operations have any number of fields'),
      unlimited('selectionSets', 'operations have any number of selection sets'),
      unlimited('directives', 'documents have any number of directives'),
      unlimited('directivesPerLocation', 'one place has any number of directives'),
      unlimited('operations', 'documents have any number of operations'),
      unlimited('variables', 'operations declare any number of variables'),
      {
        what: 'a fragment counts once, however often it is spread',
        from: 'if (earlier) return earlier;',
        to: 'if (earlier) return NOTHING;',
        only: 'over the limit of rootFields',
      },
      {
        what: 'fragments that double each other are measured each time',
        from: 'if (earlier) return earlier;',
        to: '',
        tests: 'test/limits/document.test.ts',
        only: 'fragments that double each other',
      },
    ],
  },
  {
    file: 'src/http/plugins/documents.ts',
    tests: DOCUMENTS,
    mutants: [
      {
        what: 'documents of any number of tokens are parsed',
        from: '{ maxTokens: limits.tokens }',
        to: '{}',
        only: 'over the limit of tokens',
      },
      {
        what: 'documents of any length are parsed',
        from: 'if (bytes > maximum) throw',
        to: 'if (bytes > 1e9) throw',
        only: 'may be 4 kB long',
      },
      {
        what: 'documents of anonymous callers are as long as those of others',
        from: 'isKnown(request) ? limits.documentBytes : limits.documentBytesAnonymous',
        to: 'isKnown(request) ? limits.documentBytes : limits.documentBytes',
        only: 'may be 4 kB long',
      },
    ],
  },
  {
    file: 'src/limits/variables.ts',
    tests: DOCUMENTS,
    mutants: [
      {
        what: 'requests send any number of variables',
        from: 'if (count > limits.document.variables) throw',
        to: 'if (count > 1e9) throw',
        only: 'too many or too deep',
      },
      {
        what: 'variables are nested to any depth',
        from: 'if (depth > limits.variableDepth) throw',
        to: 'if (depth > 1e9) throw',
        only: 'too many or too deep',
      },
    ],
  },
  {
    file: 'src/http/plugins/body.ts',
    tests: DOCUMENTS,
    mutants: [
      {
        what: 'bodies hold any number of values',
        from: 'if (values > limits.bodyValues) throw',
        to: 'if (values > 1e9) throw',
        only: 'number of values',
      },
      {
        what: 'bodies of any announced length are read',
        from: 'if (length !== null && Number(length) > maximum) throw',
        to: 'if (length !== null && Number(length) > 1e9) throw',
        only: 'variables of a thousand events',
      },
      {
        what: 'bodies of any length that is not announced are read',
        from: 'if (bytes > maximum) throw',
        to: 'if (bytes > 1e9) throw',
        tests: STATUS,
        only: 'length is not announced',
      },
      {
        what: 'bodies of anonymous callers are as long as those of others',
        from: 'isAuthenticated ? limits.bodyBytes : limits.bodyBytesAnonymous',
        to: 'isAuthenticated ? limits.bodyBytes : limits.bodyBytes',
        only: 'variables of a thousand events',
      },
      {
        what: 'several questions come in one body',
        from: '|| Array.isArray(value)',
        to: '',
        tests: STATUS,
        only: 'is answered with 400 and a code',
      },
    ],
  },
  {
    file: 'src/http/plugins/authentication.ts',
    tests: DOCUMENTS,
    mutants: [
      {
        what: 'bodies are read before anybody asks whose they are',
        from: 'caller = await identify(request);',
        to: 'if (request.body) return; caller = await identify(request);',
        only: 'before anything of the body is read',
      },
    ],
  },
  {
    file: 'src/database/deadline.ts',
    tests: DEADLINE,
    mutants: [
      {
        what: 'statements go on after their time',
        from: 'for (const stop of this.#stops) stop();',
        to: "for (const stop of this.#stops) if (why === 'client') stop();",
        only: 'ends reads that wait at the database',
      },
      {
        what: 'statements go on when their client has gone',
        from: "this.#endFor('client');",
        to: '',
        only: 'takes its statements with it',
      },
    ],
  },
  {
    file: 'src/http/plugins/deadline.ts',
    tests: DEADLINE,
    mutants: [
      {
        what: 'nobody notices that a client goes away',
        from: "request.signal.addEventListener('abort', () => deadline.abandon(), { once: true });",
        to: '',
        only: 'takes its statements with it',
      },
    ],
  },
  {
    file: 'src/database/client.ts',
    tests: DEADLINE,
    mutants: [
      {
        what: 'a commit under way is cancelled, and nobody knows what became of it',
        from: "(text === 'commit' ? run() : this.#guarded(deadline, run))",
        to: 'this.#guarded(deadline, run)',
        only: 'waits for a commit',
      },
      {
        what: 'the connection of a transaction that the deadline ends is thrown away',
        from: "if (text === 'rollback') return this.#rollback(run) as never;",
        to: '',
        only: 'undoes a mutation',
      },
      {
        what: 'statements begin after the deadline',
        from: 'if (deadline.isOver) return Promise.reject(deadline.refusal()) as never;',
        to: '',
        only: 'begins no statement after it',
      },
    ],
  },
  {
    file: 'src/database/pool.ts',
    tests: DEADLINE,
    mutants: [
      {
        what: 'requests wait for a connection beyond their deadline',
        from: 'if (deadline === undefined) return waiting;',
        to: 'if (deadline !== null) return waiting;',
        only: 'wait for a connection',
      },
      {
        what: 'a connection that comes too late is lost',
        from: '(given ? client.release() : resolve(client))',
        to: '(given ? undefined : resolve(client))',
        only: 'wait for a connection',
      },
    ],
  },
  {
    file: 'src/database/pool.ts',
    tests: CONNECTIONS,
    mutants: [
      {
        what: 'one tenant waits for the connections of another',
        from: "this.#inTurn(deadline?.tenant ?? '',",
        to: "this.#inTurn('',",
      },
    ],
  },
  {
    file: 'src/limits/arrival.ts',
    tests: CONNECTIONS,
    mutants: [
      {
        what: 'any number of requests of one credential are under way',
        from: "if ('refused' in place) return tooBusy(place);",
        to: "if ('refused' in place) return undefined;",
      },
      {
        what: 'requests are under way for ever',
        from: 'currentDeadline()?.atEnd(() => place.leave());',
        to: '',
      },
    ],
  },
  {
    file: 'src/limits/cost-limits.ts',
    tests: COST,
    mutants: [
      {
        what: 'operations ask for any number of rows',
        from: 'if (nodes > limits.nodes)',
        to: 'if (nodes > 1e15)',
        only: 'both numbers',
      },
      {
        what: 'operations cost anything',
        from: 'return cost > limits.cost ?',
        to: 'return cost > 1e15 ?',
        only: 'both numbers',
      },
      {
        what: 'answers are of any length',
        from: 'if (answer.add(data) && !loaders',
        to: 'if (!loaders',
        only: 'is bounded',
      },
      {
        what: 'rows of any length are read',
        from: 'answer.add(data) && !loaders.isOverBound',
        to: 'answer.add(data)',
        only: 'long rows for a short answer',
      },
      {
        what: 'no answer is measured',
        from: 'bytesAtMost(estimate) > responseBytes;',
        to: 'false;',
        only: 'is bounded',
      },
      {
        what: 'a long mutation costs the others their answers',
        from: 'operation !== OperationTypeNode.MUTATION',
        to: 'operation',
        only: 'costs a mutation its own',
      },
    ],
  },
  {
    file: 'src/limits/plan.ts',
    tests: 'test/limits/estimate.test.ts',
    mutants: [
      {
        what: 'rows within rows are not multiplied',
        from: 'nodes: items * ((step.rows ? 1 : 0) + nodes), cost: 1 + items * (step.weight + cost)',
        to: 'nodes: items * (step.rows ? 1 : 0) + nodes, cost: 1 + items * step.weight + cost',
        only: 'multiplies the rows',
      },
    ],
  },
  {
    file: 'src/limits/introspection.ts',
    tests: 'test/limits/estimate.test.ts',
    mutants: [
      {
        what: 'questions about the schema are counted to the end, whatever they cost',
        from: 'if (size.cost > enough) break;',
        to: '',
        only: 'stops counting questions about the schema',
      },
    ],
  },
  {
    file: 'src/limits/arrival.ts',
    tests: BUDGETS,
    mutants: [
      {
        what: 'an address sends any number of requests',
        from: "const ofAddress: Charge = { budget: 'addressRequests', key: address, points: 1 };",
        to: "const ofAddress: Charge = { budget: 'addressRequests', key: address, points: 0 };",
        only: 'is counted for an address',
      },
      {
        what: 'anonymous callers send any number of requests',
        from: ", { budget: 'anonymousRequests', key: address, points: 1 }",
        to: '',
        only: 'is counted for an address',
      },
      {
        what: 'a credential in use sends any number of requests',
        from: ", { budget: 'credentialRequests', key: accepted.key, points: 1 }",
        to: '',
        only: 'refuses a credential that has spent it',
      },
      {
        what: 'an address guesses credentials without end',
        from: 'return failed ? { refused: failed } :',
        to: 'return',
        only: 'of one address are refused beyond the limit',
      },
      {
        what: 'any number of credentials are guessed at the same moment',
        from: ", { budget: 'unverifiedCredentials', key: address, points: 1 }",
        to: '',
        only: 'that all come at once are bounded',
      },
    ],
  },
  {
    file: 'src/limits/arrival-plugin.ts',
    tests: BUDGETS,
    mutants: [
      {
        what: 'failed authentications are not counted',
        from: "return budgets.count({ budget: 'failedAuthentications', key: arrived.address, points: 1 });",
        to: 'return undefined;',
        only: 'of one address are refused beyond the limit',
      },
      {
        what: 'a credential that was revoked goes on being exempt',
        from: 'known.remove(arrived.fingerprint);',
        to: '',
        only: 'end its exemption',
      },
    ],
  },
  {
    file: 'src/limits/spending.ts',
    tests: BUDGETS,
    mutants: [
      {
        what: 'the first request of a credential is not counted',
        from: 'if (!accepted && principal.credential) charges.push',
        to: 'if (accepted === null) charges.push',
        only: 'refuses a credential that has spent it',
      },
      {
        what: 'every token of a person has a budget of its own',
        from: 'if (user) return `usr:${user.id}`;',
        to: '',
        only: 'is shared by the tokens of one person',
      },
      {
        what: 'a tree sends any number of requests',
        from: "{ budget: 'treeRequests', key: tree, points: 1 }, ",
        to: '',
        only: 'is counted for a whole tree',
      },
      {
        what: 'a tree spends any cost',
        from: ", { budget: 'treeCost', key: tree, points: requested }",
        to: '',
        only: 'is one for a tree and one for an address',
      },
      {
        what: 'an address spends any cost',
        from: "{ budget: 'addressCost', key: address, points: requested },",
        to: '',
        only: 'is one for a tree and one for an address',
      },
      {
        what: 'a credential spends any cost',
        from: "{ budget: 'credentialCost', key: credential, points: requested },",
        to: '',
        only: 'is told in every answer, and what was refused',
      },
      {
        what: 'operations that cost more than a minute allows are told to try again',
        from: 'if (dear) throw',
        to: 'if (dear?.limit === -1) throw',
        only: 'says so of an operation that waiting does not help',
      },
      {
        what: 'a person asks for any number of slugs',
        from: "...charge('slugChecks', credential, slugChecks),",
        to: '',
        only: 'slugAvailability counts every alias',
      },
      {
        what: 'a tree asks for any number of slugs',
        from: "...(tree === undefined ? [] : charge('treeSlugChecks', tree, slugChecks)),",
        to: '',
        only: 'slugAvailability is counted for the tree',
      },
      {
        what: 'a person tries any number of invitation tokens',
        from: "...charge('invitationAttempts', credential, invitationAttempts),",
        to: '',
        only: 'previews and answers to invitations share one',
      },
      {
        what: 'an address tries any number of invitation tokens',
        from: "...charge('addressInvitationAttempts', address, invitationAttempts),",
        to: '',
        only: 'invitation tokens and standalone organizations are bounded per address',
      },
      {
        what: 'a person creates any number of standalone organizations',
        from: "...charge('standaloneCreations', credential, standaloneCreations),",
        to: '',
        only: 'standalone organizations are bounded per person',
      },
      {
        what: 'an address creates any number of standalone organizations',
        from: "...charge('addressStandaloneCreations', address, standaloneCreations),",
        to: '',
        only: 'invitation tokens and standalone organizations are bounded per address',
      },
      {
        what: 'operations run however many are under way',
        from: 'const entering = admission.enter({ credential, tree: tenant, nodes, isOneStatement, signal });',
        to: 'const entering = { leave: () => nodes };',
        only: 'a slot',
      },
      {
        what: 'slots are never given back',
        from: 'leave: () => place.leave(),',
        to: 'leave: () => undefined,',
        only: 'a slot',
      },
    ],
  },
  {
    file: 'src/limits/attempts.ts',
    tests: BUDGETS,
    mutants: [
      {
        what: 'an alias more is no attempt more',
        from: '(selection.alias ?? selection.name).value, selection',
        to: 'selection.name.value, selection',
        only: 'slugAvailability counts every alias',
      },
      {
        what: 'attempts in fragments are not counted',
        from: 'if (fragment) collect(fragment.selectionSet);',
        to: '',
        only: 'slugAvailability counts every alias',
      },
    ],
  },
  {
    file: 'src/limits/budgets.ts',
    tests: BUDGETS,
    mutants: [
      {
        what: 'what was refused is charged',
        from: 'await this.giveBack(charged.filter(({ budget }) => this.#limiters.get(budget) instanceof BoundedMemory));',
        to: '',
        only: 'is told in every answer, and what was refused',
      },
      {
        what: 'nothing is counted while the table cannot be reached',
        from: 'insuranceLimiter: memory,',
        to: '',
        only: 'while the table cannot be reached',
      },
      {
        what: 'what a shared counter refused is charged to the others',
        from: 'await this.giveBack(charges);',
        to: '',
        only: 'do not charge a tree',
      },
    ],
  },
  {
    file: 'src/limits/redis.ts',
    tests: 'test/limits/redis.test.ts',
    mutants: [
      {
        what: 'keys of budgets look like those of others in the same Redis',
        from: 'keyPrefix: `${PREFIX}:${budget}`,',
        to: 'keyPrefix: budget,',
        only: 'their keys begin with banyan:',
      },
      {
        what: 'nothing is counted while Redis is gone',
        from: 'insuranceLimiter: memory,',
        to: '',
        only: 'while Redis is gone',
      },
      {
        what: 'every charge waits for a Redis that does not answer',
        from: 'socketTimeout: ANSWER_TIMEOUT_MS,',
        to: '',
        only: 'hold nobody up for long',
      },
      {
        what: 'every attempt to reach Redis is logged',
        from: 'if (now < silentUntil) return;',
        to: '',
        only: 'do not keep a gateway from starting',
      },
      {
        what: 'a refused password is logged',
        from: 'log.warn({ reason: error.message || code }',
        to: 'log.warn({ err: error, reason: error.message || code }',
        only: 'no password is logged',
      },
      {
        what: 'nobody is told that Redis refuses to count',
        from: 'complaints.note(error);',
        to: '',
        only: 'refuses to write',
      },
      {
        what: 'a script that has to be sent again is complained of',
        from: "if (error.message.startsWith('NOSCRIPT')) return false;",
        to: '',
        only: 'lost the script',
      },
      {
        what: 'gateways go on asking a server that was made a replica',
        from: "return error.message.startsWith('READONLY');",
        to: 'return false;',
        only: 'made a replica',
      },
      {
        what: 'the connection to Redis is never closed',
        from: 'client.disconnect();',
        to: '',
        only: 'leave no connection behind',
      },
    ],
  },
  {
    file: 'src/limits/address.ts',
    tests: BUDGETS,
    mutants: [
      {
        what: 'the client says what its address is',
        from: 'while (isTrusted(address)) {',
        to: 'while (hops.length > 0) {',
        only: 'only behind a trusted proxy',
      },
      {
        what: 'an address of IPv6 is as many callers as its network has addresses',
        from: 'if (isIP(address) !== 6) return address;',
        to: 'return address;',
        tests: PARTS,
        only: 'the address of a client',
      },
    ],
  },
  {
    file: 'src/limits/bounded-memory.ts',
    tests: PARTS,
    mutants: [
      {
        what: 'counters are kept for any number of keys',
        from: 'new RecentMap(keysMax)',
        to: 'new RecentMap(1e9)',
        only: 'make room by dropping',
      },
    ],
  },
  {
    file: 'src/limits/admission.ts',
    tests: PARTS,
    mutants: [
      {
        what: 'a wait for a slot that is over before it begins is timed all the same',
        from: 'Math.max(0, deadline - performance.now())',
        to: 'deadline - performance.now()',
        only: 'while the process is held up',
      },
      {
        what: 'any number of operations of a tree wait',
        from: '.waitingOf(tree) >= WAITING_PER_TREE',
        to: '.waitingOf(tree) >= 1e9',
        only: 'bounds what waits of one tree and of all',
      },
      {
        what: 'any number of operations wait',
        from: 'return this.waiting >= WAITING_MAX ?',
        to: 'return this.waiting >= 1e9 ?',
        only: 'bounds what waits of one tree and of all',
      },
      {
        what: 'large statements of one tree run side by side while others work',
        from: 'const isHeavy = isLarge && (!isOneStatement || this.#othersThan(tree));',
        to: 'const isHeavy = isLarge && !isOneStatement;',
        tests: 'test/http/fast-path.test.ts',
        only: 'one by one while others work',
      },
      {
        what: 'heavy operations run at the same time',
        from: 'isHeavy ? this.#heavy : this.#light',
        to: 'this.#light',
        only: 'runs one heavy operation at a time',
      },
    ],
  },
  {
    file: 'src/limits/gate.ts',
    tests: PARTS,
    mutants: [
      {
        what: 'one credential has any number of operations under way',
        from: 'if (this.#inside >= this.#max) return false;',
        to: '',
        only: 'lets one credential have so many',
      },
      {
        what: 'any number of operations wait behind those of their credential',
        from: 'if (waiting.length >= WAITING_PER_CREDENTIAL) return',
        to: 'if (waiting.length >= 1e9) return',
        only: 'lets one credential have so many',
      },
      {
        what: 'the gate counts those who leave as inside',
        from: 'else this.#inside--;',
        to: '',
        only: 'lets one credential have so many',
      },
    ],
  },
  {
    file: 'src/values/reused-map.ts',
    tests: 'test/values/reused-map.test.ts',
    mutants: [
      {
        what: 'idle objects are never dropped',
        from: 'if (this.#values.size >= this.#sizeMax) this.#dropIdle();',
        to: '',
        only: 'stays bounded',
      },
      {
        what: 'objects in use are dropped',
        from: 'if (this.#isIdle(value)) this.#values.delete(key);',
        to: 'this.#values.delete(key);',
        only: 'keeps every object in use',
      },
    ],
  },
  {
    file: 'src/limits/place.ts',
    tests: PARTS,
    mutants: [
      {
        what: 'operations wait without end',
        from: "timer = setTimeout(() => end({ refused: 'timeout', limit }), milliseconds);",
        to: 'timer = setTimeout(() => undefined, milliseconds);',
        only: 'refuses what has waited too long',
      },
      {
        what: 'the place of a client that went away is lost',
        from: "signal.addEventListener('abort', gone);",
        to: '',
        only: 'forgets a client that goes away',
      },
    ],
  },
  {
    file: 'src/database/fair-queue.ts',
    tests: PARTS,
    mutants: [
      {
        what: 'a turn is worth any cost',
        from: 'if (tenant.deficit < next.cost) {',
        to: 'if (tenant.deficit === Infinity) {',
        only: 'the fair queue',
      },
      {
        what: 'whoever comes last goes first',
        from: 'this.#isTimed || this.#rest() > 0',
        to: 'this.#rest() > 0',
        only: 'the fair queue',
      },
      {
        what: 'more operations run than there are slots',
        from: 'this.#running >= this.slots || this.#isTimed',
        to: 'this.#running > this.slots || this.#isTimed',
        only: 'the fair queue',
      },
      {
        what: 'one tenant has all slots',
        from: 'Math.ceil(slots * SHARE_MAX)',
        to: 'slots',
        only: 'leaves slots to others',
      },
    ],
  },
];
