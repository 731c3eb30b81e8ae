/** How values are written as JSON in SQL. */
import { sql, type RawBuilder } from 'kysely';
import { Unsupported } from './forms.ts';
import type { FieldPlan } from './plan.ts';

type Raw = RawBuilder<unknown>;

/** Columns of a select list, which may be empty. */
export function joined(columns: readonly Raw[]): Raw {
  return columns.length === 0 ? sql`` : sql.join(columns);
}

/** A JSON array of the values of a query, in its order and written without spaces. */
export function arrayOf(query: Raw): Raw {
  return sql`array_to_json(array(${query}))`;
}

/** An expression as its scalar writes it. */
export function leaf({ type, parentType, field, form }: FieldPlan, expression: Raw): Raw {
  switch (type.name) {
    case 'DateTime':
      return sql`to_char(${expression} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
    case 'Decimal':
      return sql`${expression}::text`;
    case 'JSON':
      // A form is JSON already; what a column holds may have to be written in another way.
      if (!form) throw new Unsupported(`${parentType.name}.${field.name}`);
      return expression;
    default:
      return expression;
  }
}
