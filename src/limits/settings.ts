/** The limits of a request: everything that bounds one before it runs, and how long it may run. */
import { z } from 'zod';
import { wholeNumber } from '../config/forms.ts';
import { DOCUMENT_LIMITS as DOCUMENT, type DocumentLimits } from './document.ts';

const limit = (least: number, most: number, standard: number, description: string) =>
  wholeNumber(least, most).default(standard).meta({ description });

/** The settings of the environment, as a part of the schema in `config/settings.ts`. */
export const limitSettings = {
  MAX_BODY_BYTES: limit(
    1_000,
    10_000_000,
    500_000,
    'Bytes of a body that comes with a credential.',
  ),
  MAX_BODY_BYTES_ANONYMOUS: limit(
    1_000,
    10_000_000,
    16_000,
    'Bytes of a body without a credential.',
  ),
  // Four times what the largest input has, a thousand events of usage.
  MAX_BODY_VALUES: limit(
    100,
    1_000_000,
    20_000,
    'Values in a body: members of objects and elements of lists, each object and list for one more.',
  ),
  MAX_DOCUMENT_BYTES: limit(
    100,
    1_000_000,
    100_000,
    'Bytes of a GraphQL document that comes with a credential.',
  ),
  MAX_DOCUMENT_BYTES_ANONYMOUS: limit(
    100,
    1_000_000,
    4_000,
    'Bytes of a GraphQL document without a credential.',
  ),
  MAX_TOKENS: limit(10, 20_000, 2_000, 'Lexical tokens of a document, comments not counted.'),
  MAX_OPERATIONS: limit(
    1,
    1_000,
    DOCUMENT.operations,
    'Operations in a document, of which a request runs one.',
  ),
  MAX_DEPTH: limit(
    1,
    100,
    DOCUMENT.depth,
    'Fields inside each other in an operation, fragments written out.',
  ),
  MAX_ROOT_FIELDS: limit(
    1,
    1_000,
    DOCUMENT.rootFields,
    'Fields at the top of an operation, fragments written out.',
  ),
  MAX_ALIASES: limit(
    0,
    10_000,
    DOCUMENT.aliases,
    'Fields with an alias in an operation, fragments written out.',
  ),
  MAX_FIELDS: limit(1, 10_000, DOCUMENT.fields, 'Fields of an operation, fragments written out.'),
  MAX_SELECTION_SETS: limit(
    1,
    1_000,
    DOCUMENT.selectionSets,
    'Fields with fields of their own in an operation, fragments written out.',
  ),
  MAX_DIRECTIVES: limit(0, 10_000, DOCUMENT.directives, 'Directives in a document.'),
  MAX_DIRECTIVES_PER_LOCATION: limit(
    0,
    1_000,
    DOCUMENT.directivesPerLocation,
    'Directives at one place.',
  ),
  MAX_VARIABLES: limit(
    0,
    1_000,
    DOCUMENT.variables,
    'Variables that an operation declares, or that a request sends.',
  ),
  MAX_VARIABLE_DEPTH: limit(1, 100, 16, 'Objects and lists inside each other in the variables.'),
  // docs/decisions/0020-cost.md says where the next three are from.
  MAX_NODES: limit(100, 10_000_000, 10_000, 'Rows that the answer of one operation may hold.'),
  MAX_COST: limit(
    100,
    100_000_000,
    50_000,
    'Weighted values that the answer of one operation may hold.',
  ),
  MAX_RESPONSE_BYTES: limit(
    10_000,
    1_000_000_000,
    8_388_608,
    'Bytes of an answer. Rows that are read for it may have twice as many.',
  ),
  OPERATION_DEADLINE_MS: limit(
    100,
    3_600_000,
    15_000,
    'Longest time that the statements of one operation may take together, counted from the end of the request body. Then they are ' +
      'cancelled, and the answer is `LIMIT_EXCEEDED`.',
  ),
};

const settings = z.object(limitSettings);

/** The limits that checked settings amount to. */
export function requestLimits(value: z.infer<typeof settings>) {
  return {
    bodyBytes: value.MAX_BODY_BYTES,
    bodyBytesAnonymous: value.MAX_BODY_BYTES_ANONYMOUS,
    bodyValues: value.MAX_BODY_VALUES,
    documentBytes: value.MAX_DOCUMENT_BYTES,
    documentBytesAnonymous: value.MAX_DOCUMENT_BYTES_ANONYMOUS,
    tokens: value.MAX_TOKENS,
    variableDepth: value.MAX_VARIABLE_DEPTH,
    document: {
      operations: value.MAX_OPERATIONS,
      depth: value.MAX_DEPTH,
      rootFields: value.MAX_ROOT_FIELDS,
      aliases: value.MAX_ALIASES,
      fields: value.MAX_FIELDS,
      selectionSets: value.MAX_SELECTION_SETS,
      directivesPerLocation: value.MAX_DIRECTIVES_PER_LOCATION,
      directives: value.MAX_DIRECTIVES,
      variables: value.MAX_VARIABLES,
    } satisfies DocumentLimits,
    nodes: value.MAX_NODES,
    cost: value.MAX_COST,
    responseBytes: value.MAX_RESPONSE_BYTES,
    operationDeadlineMs: value.OPERATION_DEADLINE_MS,
  };
}

/** The limits of a request; `limitSettings` says what each bounds. */
export type RequestLimits = ReturnType<typeof requestLimits>;

/** The limits where nothing is set. */
export const REQUEST_LIMITS: RequestLimits = requestLimits(settings.parse({}));
