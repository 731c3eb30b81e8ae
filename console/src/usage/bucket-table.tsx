/** Usage over time in numbers. */
import { texts } from '../texts/en/usage.ts';
import { columnFormat } from './labels.ts';
import type { TimelinePart } from './parts.ts';

export interface BucketTableProps {
  parts: readonly TimelinePart[];
  label: string;
}

export function BucketTable({ parts, label }: BucketTableProps) {
  const hasBefore = parts.some(({ before }) => before !== undefined);
  const { columns } = texts;
  const format = columnFormat(
    parts.flatMap(({ value, before = '0' }) => [value, before]),
    navigator.language,
  );
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it is scrolled by the keyboard as well
    <div className="table-scroll usage-numbers" role="region" aria-label={label} tabIndex={0}>
      <table className="table" aria-label={label}>
        <thead>
          <tr>
            <th scope="col">{columns.part}</th>
            <th scope="col" className="end">
              {columns.value}
            </th>
            {hasBefore && (
              <th scope="col" className="end">
                {columns.before}
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {parts.map(({ from, name, value, before, nameBefore }) => (
            <tr key={from}>
              <th scope="row">{name}</th>
              <td className="end" title={value}>
                {format(value)}
              </td>
              {hasBefore && (
                <td className="end" title={nameBefore}>
                  {before !== undefined && format(before)}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
