/** What is refused before anything is run, and what an answer may tell. */
import type { MutantGroup } from './mutant.ts';

const HTTP = 'test/contract/http.test.ts';
const GRAPHIQL = 'test/http/graphiql.test.ts';
const CONSOLE = 'test/http/console.test.ts';

export const edge: readonly MutantGroup[] = [
  {
    file: 'src/config/secret-files.ts',
    tests: 'test/cli/configuration.test.ts',
    mutants: [
      {
        what: 'a secret is taken from a file although another one is set',
        from: 'if (environment[name] !== undefined)',
        to: "if (environment[name] === '')",
        only: 'is refused in one sentence',
      },
      {
        what: 'a file of any size is read as a secret',
        from: 'Buffer.alloc(BYTES_MAX + 1)',
        to: 'Buffer.alloc(BYTES_MAX)',
        only: 'is refused in one sentence',
      },
    ],
  },
  {
    file: 'src/values/date-time.ts',
    tests: 'test/contract/date-time.test.ts',
    mutants: [
      {
        what: 'instants are cut to milliseconds in silence',
        from: 'if (/[1-9]/.test(fraction.slice(3)))',
        to: "if (fraction === 'x')",
      },
      {
        what: 'leap seconds and 24:00 become another instant',
        from: 'if (hour > 23 || minute > 59 || second > 59) {',
        to: 'if (hour > 24 || minute > 60 || second > 60) {',
      },
      {
        what: 'days that no month has become days of the next',
        from: 'if (day < 1 || local.getUTCMonth() !== month - 1)',
        to: 'if (day > 31)',
      },
      {
        what: 'years that are not written alike everywhere are taken',
        from: 'if (instant < new Date(EARLIEST) || instant > new Date(LATEST))',
        to: 'if (Number.isNaN(instant.getTime()))',
      },
    ],
  },
  {
    file: 'src/modules/usage/window.ts',
    tests: 'test/contract/date-time.test.ts',
    mutants: [
      {
        what: 'buckets of the first century lie in the 20th',
        from: 'date.setUTCFullYear(year, month, day);',
        to: 'date.setTime(Date.UTC(year, month, day));',
      },
    ],
  },
  {
    file: 'src/database/connect.ts',
    tests: 'test/contract/date-time.test.ts',
    mutants: [
      {
        what: 'the time zone of the process changes instants',
        from: 'pg.defaults.parseInputDatesAsUTC = true;',
        to: 'pg.defaults.parseInputDatesAsUTC = false;',
        only: 'whatever time zone',
      },
    ],
  },
  {
    file: 'src/database/keyset.ts',
    tests: 'test/database/cursor-tags.test.ts',
    mutants: [
      {
        what: 'a cursor that was changed is obeyed',
        from: 'if (!given.equals(tag(list, text))) throw notOfThisList(argument);',
        to: '',
      },
      {
        what: 'a cursor of another list is obeyed',
        from: 'update(`${list}\\0${sortKeysText}`)',
        to: 'update(sortKeysText)',
      },
      {
        what: 'a page has any size',
        from: 'if (size < 1 || size > PAGE_SIZE_MAX)',
        to: 'if (size < 1)',
        tests: 'test/organization/reading.test.ts',
        only: 'refuse page arguments out of bounds',
      },
    ],
  },
  {
    file: 'src/http/plugins/json-only.ts',
    tests: HTTP,
    mutants: [
      {
        what: 'forms and plain text are taken as bodies',
        from: "if (request.method === 'POST' && !",
        to: "if (request.method === 'PUT' && !",
        only: 'takes bodies in JSON only',
      },
    ],
  },
  {
    file: 'src/limits/introspection-policy.ts',
    tests: HTTP,
    mutants: [
      {
        what: 'the schema is told where introspection is off',
        from: "if (policy === 'off') throw",
        to: "if (policy === 'public') throw",
        only: 'introspection',
      },
      {
        what: 'the schema is told to anonymous callers',
        from: 'if (!principal.credential) throw unauthenticated();',
        to: '',
        only: 'introspection',
      },
    ],
  },
  {
    file: 'src/http/plugins/answers.ts',
    tests: HTTP,
    mutants: [
      {
        what: 'answers are kept in caches',
        from: "headers.set('cache-control', 'no-store');",
        to: '',
        tests: 'test/credential/authentication.test.ts',
        only: 'is never cached',
      },
      {
        what: 'an outage fills the log with the stack of each request',
        from: 'if (isUnavailable(cause)) {',
        to: 'if (false) {',
        tests: 'test/telemetry/outage.test.ts',
        only: 'is told in a few lines',
      },
    ],
  },
  {
    file: 'src/telemetry/request-record.ts',
    tests: 'test/telemetry/requests.test.ts',
    mutants: [
      {
        what: 'anything that is sent as the name of an operation is logged',
        from: "if (typeof name === 'string' && /^[A-Za-z_]\\w*$/.test(name))",
        to: "if (typeof name === 'string')",
        only: 'nothing that is no name',
      },
      {
        what: 'names of any length are logged',
        from: 'name.slice(0, NAME_LENGTH_MAX)',
        to: 'name',
        only: 'a hundred characters',
      },
    ],
  },
  {
    file: 'src/telemetry/described-error.ts',
    tests: 'test/telemetry/requests.test.ts',
    mutants: [
      {
        what: 'what the database says of a value is logged',
        from: 'const isAboutValue = state !== undefined && DATA_EXCEPTION.test(state);',
        to: 'const isAboutValue = false;',
        only: 'hold no credential',
      },
      {
        what: 'whatever an error has is logged',
        from: '...(state !== undefined && placeOf(error)),',
        to: '...error,',
        only: 'hold no credential',
      },
    ],
  },
  {
    file: 'src/telemetry/log.ts',
    tests: 'test/telemetry/writing.test.ts',
    mutants: [
      {
        what: 'lines wait without a bound for a reader that stands still',
        from: 'maxLength: WAITING_BYTES_MAX',
        to: 'maxLength: 0',
        only: 'a reader that stands still',
      },
    ],
  },
  {
    file: 'src/http/mask-error.ts',
    tests: HTTP,
    mutants: [
      {
        what: 'messages of the database and of the code reach the caller',
        from: "return new GraphQLError('Something went wrong on our side.',",
        to: 'return new GraphQLError(String(cause),',
        only: 'is one constant sentence',
      },
      {
        what: 'names of the schema are suggested to those who guess',
        from: ".replace(/ Did you mean .*\\?$/s, '')",
        to: '',
        only: 'refused without suggestions',
      },
    ],
  },
  {
    file: 'src/http/plugins/trusted-documents.ts',
    tests: 'test/trusted-documents/trusted-documents.test.ts',
    mutants: [
      {
        what: 'documents that nobody registered are answered',
        from: "allowArbitraryOperations: policy === 'allow',",
        to: 'allowArbitraryOperations: true,',
        only: 'A document that is sent',
      },
    ],
  },
  {
    file: 'src/modules/trusted-documents/manifest.ts',
    tests: 'test/trusted-documents/trusted-documents.test.ts',
    mutants: [
      {
        what: 'a document is registered that the schema refuses',
        from: 'if (problem !== undefined) throw',
        to: "if (problem === '') throw",
        only: 'names the document that is wrong',
      },
    ],
  },
  {
    file: 'src/modules/trusted-documents/lookup.ts',
    tests: 'test/trusted-documents/trusted-documents.test.ts',
    mutants: [
      {
        what: 'any number of made-up hashes wait to be looked up',
        from: 'this.#waiting.size >= WAITING_MAX',
        to: 'this.#waiting.size >= 1_000 * WAITING_MAX',
        only: 'is refused with Retry-After',
      },
      {
        what: 'a made-up hash is looked up again at once',
        from: 'if (this.#unknown.has(hash)) return Promise.resolve(undefined);',
        to: '',
        only: 'costs at most one statement',
      },
    ],
  },
  {
    file: 'migrations/0112_operations.sql',
    tests: 'test/trusted-documents/trusted-documents.test.ts',
    mutants: [
      {
        what: 'a document stands under a hash that is not its own',
        from: "check (hash = sha256(convert_to(document, 'UTF8')))",
        to: 'check (true)',
        only: 'cannot put a document under a hash',
      },
    ],
  },
  {
    file: 'src/database/keyset.ts',
    tests: 'test/database/cursors.test.ts',
    mutants: [
      {
        what: 'the database is asked for sort keys that are none',
        from: 'if (!fits) throw notOfThisList(argument);',
        to: '',
      },
      {
        what: 'sort keys hold anything at all',
        from: 'value.every(isKey)',
        to: 'value.length < 99',
      },
    ],
  },
  {
    file: 'src/modules/membership/people.ts',
    tests: 'test/database/cursors.test.ts',
    mutants: [
      {
        what: 'people are paged from sort keys that are none',
        from: "requireSortKeys({ after, before }, ['text', 'uuid']);",
        to: '',
      },
    ],
  },
  {
    file: 'src/modules/organization/descendants.ts',
    tests: 'test/database/cursors.test.ts',
    mutants: [
      {
        what: 'descendants are paged from sort keys that are none',
        from: "requireSortKeys(page, ['text']);",
        to: '',
      },
    ],
  },
  {
    file: 'src/http/plugins/hosts.ts',
    tests: GRAPHIQL,
    mutants: [
      {
        what: 'the gateway answers under any name',
        from: "names.has(hostOf(request.headers.get('host'))) ||",
        to: "hostOf(request.headers.get('host')) !== '' ||",
        only: 'host names',
      },
      {
        what: 'a name that begins like an address of this machine is this machine',
        from: "(isIP(plain) === 4 && plain.startsWith('127.'))",
        to: "plain.startsWith('127.')",
        only: 'holds the credential for browsers on this machine',
      },
      {
        what: 'GraphiQL holds its credential for other machines that name this one',
        from: "return isLoopback(req.socket.remoteAddress ?? '');",
        to: 'return true;',
        only: 'for other machines',
      },
      {
        what: 'GraphiQL holds its credential for those who come through a proxy',
        from: "['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some((name) => req.headers[name] !== undefined)",
        to: 'false',
        only: 'come through a proxy',
      },
    ],
  },
  {
    file: 'src/http/graphiql/plugin.ts',
    tests: GRAPHIQL,
    mutants: [
      {
        what: 'GraphiQL is served under any name',
        from: 'if (!isLoopback(host) && !names.has(host)) {',
        to: "if (host === '') {",
        only: 'holds the credential for browsers on this machine',
      },
      {
        what: 'GraphiQL holds its credential under names that are not of this machine',
        from: 'isLoopback(host) && isFromThisMachine(serverContext)',
        to: 'isFromThisMachine(serverContext)',
        only: 'holds the credential for browsers on this machine',
      },
    ],
  },
  {
    file: 'src/http/console/plugin.ts',
    tests: CONSOLE,
    mutants: [
      {
        what: 'the console tells its credential under names that are not of this machine',
        from: "isLoopback(hostOf(request.headers.get('host'))) &&",
        to: '',
        only: 'tells the credential',
      },
      {
        what: 'the console tells its credential to other machines and proxies',
        from: 'isFromThisMachine(serverContext) &&',
        to: '',
        only: 'tells the credential',
      },
      {
        what: 'the console tells its credential to pages of other origins',
        from: "['same-origin', 'none', null].includes(headers.get('sec-fetch-site'))",
        to: 'true',
        only: 'tells the credential',
      },
    ],
  },
];
