/**
 * Documents: limited before they are parsed, measured before they are validated, and cached once
 * they are valid.
 */
import {
  GraphQLError,
  Lexer,
  Source,
  TokenKind,
  parse,
  validate,
  type DocumentNode,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import { exceededLimit, measureDocument } from '../../limits/document.ts';
import { overLimit } from '../../limits/refusal.ts';
import type { RequestLimits } from '../../limits/settings.ts';
import { recordOf } from '../../telemetry/request-record.ts';
import type { Callers } from './authentication.ts';

/** The maximum number of bytes of all cached documents. */
const CACHE_BYTES_MAX = 16 * 1_024 * 1_024;
/** Measured upper bounds of the size of a parsed document (docs/decisions/0018-edge-limits.md). */
const BYTES_PER_TOKEN = 512;
const BYTES_PER_CHARACTER = 8;
/**
 * The maximum number of validation errors in one response. Each names its location, so the first
 * few are enough.
 */
const VALIDATION_ERRORS_MAX = 20;

/** Returns an upper bound of the bytes of a parsed document. Comments are tokens here. */
function weightOf(document: DocumentNode): number {
  let tokens = 1;
  for (let token = document.loc?.startToken.next; token; token = token.next) tokens++;
  return tokens * BYTES_PER_TOKEN + (document.loc?.source.body.length ?? 0) * BYTES_PER_CHARACTER;
}

function tokensOf(source: Source): number {
  const lexer = new Lexer(source);
  let tokens = 0;
  while (lexer.advance().kind !== TokenKind.EOF) tokens++;
  return tokens;
}

/** Parses a document, unless it exceeds a syntax limit. */
function parseWithin(text: string, limits: RequestLimits): DocumentNode {
  const source = new Source(text);
  let document: DocumentNode;
  try {
    document = parse(source, { maxTokens: limits.tokens });
  } catch (error) {
    if (error instanceof GraphQLError && error.message.includes('tokens. Parsing aborted')) {
      throw overLimit('tokens', limits.tokens, tokensOf(source));
    }
    throw error;
  }
  const exceeded = exceededLimit(measureDocument(document), limits.document);
  if (exceeded) throw overLimit(exceeded.limit, exceeded.maximum, exceeded.actual);
  return document;
}

/**
 * Returns how deeply objects and lists are nested in a JSON value, counted to just beyond
 * `maximum`.
 */
function nesting(value: unknown, maximum: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (maximum < 0) return 1;
  let deepest = 0;
  for (const inner of Object.values(value))
    deepest = Math.max(deepest, nesting(inner, maximum - 1));
  return deepest + 1;
}

/**
 * Applies the limits of documents and variables, and caches valid documents of callers with a
 * credential.
 */
export function documents(callers: Callers, limits: RequestLimits): Plugin {
  // Anonymous callers neither fill the cache nor evict others' documents. Invalid documents are
  // refused each time.
  const remembered = new LRUCache<string, DocumentNode>({
    maxSize: CACHE_BYTES_MAX,
    maxEntrySize: CACHE_BYTES_MAX / 16,
    sizeCalculation: weightOf,
  });
  const valid = new WeakSet<DocumentNode>();
  const isKnown = (request: Request): boolean => callers.get(request)?.principal.credential != null;
  return {
    onParams({ request, params: { query, variables, operationName } }) {
      const maximum = isKnown(request) ? limits.documentBytes : limits.documentBytesAnonymous;
      const bytes = Buffer.byteLength(query ?? '');
      const record = recordOf(request);
      record.nameOperation(operationName);
      if (bytes > maximum) throw overLimit('documentBytes', maximum, bytes, 413);
      record.document = query;
      if (typeof variables !== 'object' || variables === null) return;
      const count = Object.keys(variables).length;
      if (count > limits.document.variables)
        throw overLimit('variables', limits.document.variables, count, 400);
      // The object of all variables does not count as a level.
      const depth = nesting(variables, limits.variableDepth) - 1;
      if (depth > limits.variableDepth)
        throw overLimit('variableDepth', limits.variableDepth, depth, 400);
    },
    onParse({ params: { source }, setParsedDocument, setParseFn }) {
      const text = String(source);
      const document = remembered.get(text);
      if (document) setParsedDocument(document);
      else setParseFn(() => parseWithin(text, limits));
    },
    onValidate({ params: { documentAST }, context: { request }, setResult, setValidationFn }) {
      if (valid.has(documentAST)) {
        setResult([]);
        return undefined;
      }
      setValidationFn((schema, document, rules) =>
        validate(schema, document, rules, { maxErrors: VALIDATION_ERRORS_MAX }),
      );
      return ({ valid: isValid }) => {
        const text = documentAST.loc?.source.body;
        if (!isValid || text === undefined || !isKnown(request)) return;
        valid.add(documentAST);
        remembered.set(text, documentAST);
      };
    },
  };
}
