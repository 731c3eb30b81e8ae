/** The limits of a request, as set in the environment. */
import { z } from 'zod';
import { DOCUMENT_LIMITS, type DocumentLimits } from './document.ts';

/** All limits on one request: its size, its cost and its duration. */
export interface RequestLimits {
  /** Bytes of a body that is sent with a credential. */
  bodyBytes: number;
  /** Bytes of a body without one. */
  bodyBytesAnonymous: number;
  /**
   * Values in a body: members of objects and elements of lists. Each object and list counts as one
   * more.
   */
  bodyValues: number;
  /** Bytes of a document that is sent with a credential. */
  documentBytes: number;
  /** Bytes of a document without one. */
  documentBytesAnonymous: number;
  /** Lexical tokens of a document, not counting comments. */
  tokens: number;
  /** Nesting levels of objects and lists in the variables. */
  variableDepth: number;
  document: DocumentLimits;
  /** Rows that the response of one operation may contain. */
  nodes: number;
  /** Weighted values that the response of one operation may contain. */
  cost: number;
  /** Bytes of a response. The rows that are read for it may have twice as many. */
  responseBytes: number;
  /** Milliseconds from the end of the request's body to its last statement. */
  operationDeadlineMs: number;
}

/** The default limits. */
export const REQUEST_LIMITS: RequestLimits = {
  bodyBytes: 500_000,
  bodyBytesAnonymous: 16_000,
  // Four times the size of the largest input, which is a thousand usage events.
  bodyValues: 20_000,
  documentBytes: 100_000,
  documentBytesAnonymous: 4_000,
  tokens: 2_000,
  variableDepth: 16,
  document: DOCUMENT_LIMITS,
  // docs/decisions/0020-cost.md explains these three.
  nodes: 10_000,
  cost: 50_000,
  responseBytes: 8 * 1024 * 1024,
  operationDeadlineMs: 15_000,
};

const count = (smallest: number, largest: number, standard: number) => z.coerce.number().int().min(smallest).max(largest).default(standard);
const { document } = REQUEST_LIMITS;

/** The environment variables, as part of the schema in `config.ts`. */
export const limitSettings = {
  MAX_BODY_BYTES: count(1_000, 10_000_000, REQUEST_LIMITS.bodyBytes),
  MAX_BODY_BYTES_ANONYMOUS: count(1_000, 10_000_000, REQUEST_LIMITS.bodyBytesAnonymous),
  MAX_BODY_VALUES: count(100, 1_000_000, REQUEST_LIMITS.bodyValues),
  MAX_DOCUMENT_BYTES: count(100, 1_000_000, REQUEST_LIMITS.documentBytes),
  MAX_DOCUMENT_BYTES_ANONYMOUS: count(100, 1_000_000, REQUEST_LIMITS.documentBytesAnonymous),
  MAX_TOKENS: count(10, 20_000, REQUEST_LIMITS.tokens),
  MAX_OPERATIONS: count(1, 1_000, document.operations),
  MAX_DEPTH: count(1, 100, document.depth),
  MAX_ROOT_FIELDS: count(1, 1_000, document.rootFields),
  MAX_ALIASES: count(0, 10_000, document.aliases),
  MAX_FIELDS: count(1, 10_000, document.fields),
  MAX_SELECTION_SETS: count(1, 1_000, document.selectionSets),
  MAX_DIRECTIVES: count(0, 10_000, document.directives),
  MAX_DIRECTIVES_PER_LOCATION: count(0, 1_000, document.directivesPerLocation),
  MAX_VARIABLES: count(0, 1_000, document.variables),
  MAX_VARIABLE_DEPTH: count(1, 100, REQUEST_LIMITS.variableDepth),
  MAX_NODES: count(100, 10_000_000, REQUEST_LIMITS.nodes),
  MAX_COST: count(100, 100_000_000, REQUEST_LIMITS.cost),
  MAX_RESPONSE_BYTES: count(10_000, 1_000_000_000, REQUEST_LIMITS.responseBytes),
  OPERATION_DEADLINE_MS: count(100, 3_600_000, REQUEST_LIMITS.operationDeadlineMs),
};

/** Returns the limits from validated settings. */
export function requestLimits(value: z.infer<z.ZodObject<typeof limitSettings>>): RequestLimits {
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
    },
    nodes: value.MAX_NODES,
    cost: value.MAX_COST,
    responseBytes: value.MAX_RESPONSE_BYTES,
    operationDeadlineMs: value.OPERATION_DEADLINE_MS,
  };
}
