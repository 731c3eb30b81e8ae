/** Tables of rows, with the keyboard of ARIA's grid, and a last row that gets the next page. */
import type { ReactNode } from 'react';
import {
  Cell,
  Collection,
  Column,
  Row,
  Table as AriaTable,
  TableBody,
  TableHeader,
  TableLoadMoreItem,
} from 'react-aria-components/Table';
import { texts } from '../texts/en.ts';

export interface TableColumn<Item> {
  id: string;
  title: string;
  /** What a row shows in it. */
  cell(item: Item): ReactNode;
  /** Whether this column names the row; one has to. */
  isRowHeader?: boolean;
  /** `end` for numbers. */
  align?: 'start' | 'end';
  /** Whether its head sorts the rows. */
  isSortable?: boolean;
}

/** The column that the rows are sorted by. */
export interface TableSort {
  column: string;
  direction: 'ascending' | 'descending';
}

export interface TableProps<Item extends { id: string }> {
  label: string;
  columns: readonly TableColumn<Item>[];
  rows: readonly Item[];
  /** What Enter or a click on a row does. */
  onAction?: ((id: string) => void) | undefined;
  sort?: TableSort;
  onSort?: (sort: TableSort) => void;
  /** Gets the next page; undefined on the last one. */
  onMore?: (() => void) | undefined;
  isLoadingMore?: boolean;
  empty?: ReactNode;
}

const MARKS = { ascending: '↑', descending: '↓' } as const;

export function Table<Item extends { id: string }>({
  label,
  columns,
  rows,
  onAction,
  sort,
  onSort,
  onMore,
  isLoadingMore = false,
  empty,
}: TableProps<Item>) {
  return (
    <div className="table-scroll">
      <AriaTable
        aria-label={label}
        className="table"
        {...(onAction && { onRowAction: (key) => onAction(String(key)) })}
        {...(sort && { sortDescriptor: sort })}
        {...(onSort && {
          onSortChange: ({ column, direction }) => onSort({ column: String(column), direction }),
        })}
      >
        <TableHeader>
          {columns.map(({ id, title, isRowHeader = false, align, isSortable = false }) => (
            <Column
              key={id}
              id={id}
              isRowHeader={isRowHeader}
              allowsSorting={isSortable}
              className={align ?? 'start'}
            >
              {({ sortDirection }) => (
                <>
                  {title}
                  {isSortable && (
                    <span className="sort-mark" aria-hidden="true">
                      {sortDirection === undefined ? '↕' : MARKS[sortDirection]}
                    </span>
                  )}
                </>
              )}
            </Column>
          ))}
        </TableHeader>
        <TableBody renderEmptyState={() => empty ?? texts.common.nothing}>
          <Collection items={rows} dependencies={[columns]}>
            {(item) => (
              <Row id={item.id}>
                {columns.map(({ id, cell, align }) => (
                  <Cell key={id} className={align ?? 'start'}>
                    {cell(item)}
                  </Cell>
                ))}
              </Row>
            )}
          </Collection>
          {onMore && (
            <TableLoadMoreItem onLoadMore={onMore} isLoading={isLoadingMore}>
              {texts.common.loading}
            </TableLoadMoreItem>
          )}
        </TableBody>
      </AriaTable>
    </div>
  );
}
