/** What is refused before anything is run, and what an answer may tell. */
import type { MutantGroup } from './mutant.ts';

const HTTP = 'test/contract/http.test.ts';

export const edge: readonly MutantGroup[] = [
  {
    file: 'src/database/page.ts',
    tests: 'test/database/cursor-tags.test.ts',
    mutants: [
      {
        what: 'a cursor that was changed is obeyed',
        from: ' && bytes.subarray(0, TAG_BYTES).equals(tag(list, text))',
        to: '',
      },
      {
        what: 'a cursor of another list is obeyed',
        from: 'update(`${list}\\0${positionText}`)',
        to: 'update(positionText)',
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
    file: 'src/http/plugins/introspection.ts',
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
        from: 'if (!contextValue.principal.credential) throw unauthenticated();',
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
    ],
  },
  {
    file: 'src/errors.ts',
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
    file: 'src/limits/cost-plugin.ts',
    tests: 'test/limits/cost.test.ts',
    mutants: [
      { what: 'operations ask for any number of rows', from: 'if (nodes > limits.nodes)', to: 'if (nodes > 1e15)' },
      { what: 'operations cost anything', from: 'return cost > limits.cost ?', to: 'return cost > 1e15 ?' },
      { what: 'answers are of any length', from: 'return !answer.add(data);', to: 'return false;' },
      { what: 'rows of any length are read', from: 'if (loaders.isOverBound) return true;', to: '' },
    ],
  },
  // Bodies, documents, hosts, deadlines and budgets: here.
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
    file: 'src/trusted-documents/manifest.ts',
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
    file: 'src/trusted-documents/lookup.ts',
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
    file: 'migrations/0026_trusted_documents.sql',
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
];
