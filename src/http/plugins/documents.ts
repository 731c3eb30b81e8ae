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
import { exceededLimit, measureDocument } from '../../limits/document.ts';
import { overLimit } from '../../limits/refusal.ts';
import { checkVariables } from '../../limits/variables.ts';
import type { RequestLimits } from '../../limits/settings.ts';
import { recordOf } from '../../telemetry/request-record.ts';
import type { DocumentCache } from '../document-cache.ts';
import type { Callers } from './authentication.ts';

/**
 * The maximum number of validation errors in one response. Each names its location, so the first
 * few are enough.
 */
const VALIDATION_ERRORS_MAX = 20;

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
 * Applies the limits of documents and variables, and caches valid documents of callers with a
 * credential.
 */
export function documents(callers: Callers, limits: RequestLimits, cache: DocumentCache): Plugin {
  const isKnown = (request: Request): boolean => callers.get(request)?.principal.credential != null;
  return {
    onParams({ request, params: { query, variables, operationName } }) {
      const maximum = isKnown(request) ? limits.documentBytes : limits.documentBytesAnonymous;
      const bytes = Buffer.byteLength(query ?? '');
      const record = recordOf(request);
      record.nameOperation(operationName);
      if (bytes > maximum) throw overLimit('documentBytes', maximum, bytes, 413);
      record.document = query;
      checkVariables(variables, limits);
    },
    onParse({ params: { source }, setParsedDocument, setParseFn }) {
      const text = String(source);
      const document = cache.find(text);
      if (document) setParsedDocument(document);
      else setParseFn(() => parseWithin(text, limits));
    },
    onValidate({ params: { documentAST }, context: { request }, setResult, setValidationFn }) {
      if (cache.has(documentAST)) {
        setResult([]);
        return undefined;
      }
      setValidationFn((schema, document, rules) =>
        validate(schema, document, rules, { maxErrors: VALIDATION_ERRORS_MAX }),
      );
      return ({ valid: isValid }) => {
        // Anonymous callers neither fill the cache nor evict others' documents. Invalid documents are
        // refused each time.
        if (isValid && isKnown(request)) cache.add(documentAST);
      };
    },
  };
}
