import { startTransition, useEffect, useState, type ReactNode } from "react";
import { onRowKeys } from "../lib/keys";
import { setQuery, useQuery } from "../lib/route";

export interface Column<T> {
  key: string;
  title: string;
  cell: (row: T) => ReactNode;
  /** What rows are sorted by; a column without it is not sortable. */
  sort?: (row: T) => string | number;
  number?: boolean;
  /** What the numbers mean, where the title does not say it all. */
  hint?: string;
  /** Large first at the first click. */
  descending?: boolean;
}

/** In pixels; none is less high. */
const rowHeight = 30;

const rowKeys = onRowKeys("tbody > tr");

/** What holds a table: it scrolls sideways, and arrow keys go through its rows. */
export function TableBox({ label, stale = false, children }: { label: string; stale?: boolean; children: ReactNode }) {
  return (
    <div className={stale ? "table-box stale" : "table-box"} tabIndex={0} role="region" aria-label={label} onKeyDown={rowKeys}>
      {children}
    </div>
  );
}

/** A table whose order stands in the address. */
export function SortedTable<T>({ rows, columns, id, label, initial, empty }: { rows: T[]; columns: Column<T>[]; id: (row: T) => string; label: string; initial: string; empty: ReactNode }) {
  const [sort] = useQuery("sort", initial);
  const shown = useGrowing(rows.length);
  return (
    <TableBox label={label}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <SortHead key={column.key} column={column} sort={sort} initial={initial} />
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted(rows, columns, sort).slice(0, shown).map((row) => (
            <tr key={id(row)}>
              {columns.map((column) => (
                <td key={column.key} className={column.number ? "num" : undefined}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p className="empty">{empty}</p>}
    </TableBox>
  );
}

/** In milliseconds: until what React has made is laid out and on the screen. */
const drawing = 100;

/** More rows than the window shows are drawn once those are, in slices between other work. */
function useGrowing(length: number): number {
  const [shown, setShown] = useState(() => Math.ceil(window.innerHeight / rowHeight));
  useEffect(() => {
    const timer = setTimeout(() => startTransition(() => setShown(Infinity)), drawing);
    return () => clearTimeout(timer);
  }, []);
  return Math.min(length, shown);
}

export function SortHead<T>({ column, sort, initial }: { column: Pick<Column<T>, "key" | "title" | "sort" | "number" | "descending" | "hint">; sort: string; initial: string }) {
  const isBy = sort.replace("-", "") === column.key;
  const next = isBy ? (sort.startsWith("-") ? column.key : `-${column.key}`) : column.descending ? `-${column.key}` : column.key;
  return (
    <th scope="col" title={column.hint} className={column.number ? "num" : undefined} aria-sort={isBy ? (sort.startsWith("-") ? "descending" : "ascending") : undefined}>
      {column.sort ? (
        <button className="sort" onClick={() => setQuery({ sort: next === initial ? "" : next, page: "" })}>
          {column.title}
          <span aria-hidden="true">{isBy ? (sort.startsWith("-") ? " ↓" : " ↑") : ""}</span>
        </button>
      ) : (
        column.title
      )}
    </th>
  );
}

export function sorted<T>(rows: T[], columns: Pick<Column<T>, "key" | "sort">[], sort: string): T[] {
  const by = columns.find((column) => column.key === sort.replace("-", ""))?.sort;
  if (!by) return rows;
  const sign = sort.startsWith("-") ? -1 : 1;
  return [...rows].sort((a, b) => {
    const left = by(a);
    const right = by(b);
    return sign * (typeof left === "number" && typeof right === "number" ? left - right : String(left).localeCompare(String(right), "en"));
  });
}

export function Pages({ page, size, total }: { page: number; size: number; total: number }) {
  const last = Math.max(1, Math.ceil(total / size));
  if (last === 1) return null;
  const go = (to: number) => setQuery({ page: to === 1 ? "" : String(to) });
  return (
    <nav className="pages" aria-label="pages">
      <button onClick={() => go(page - 1)} disabled={page <= 1}>
        Previous
      </button>
      <span>
        {(page - 1) * size + 1}–{Math.min(page * size, total)} of {total.toLocaleString("en")}
      </span>
      <button onClick={() => go(page + 1)} disabled={page >= last}>
        Next
      </button>
    </nav>
  );
}
