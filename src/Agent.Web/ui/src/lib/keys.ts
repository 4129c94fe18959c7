// Arrow keys in tables and lists: from row to row without a walk through everything that stands in them.
import type { KeyboardEvent } from "react";

const inside = "a[href], button:not(:disabled)";

/** Goes up and down, to the same place of the next row; Home and End go to the ends. `rows` finds the rows below what listens. */
export function onRowKeys(rows: string) {
  return (event: KeyboardEvent<HTMLElement>): void => {
    const target = event.target as HTMLElement;
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || target.closest("input, select, textarea, pre")) return;
    const all = [...event.currentTarget.querySelectorAll<HTMLElement>(rows)].filter((row) => row.querySelector(inside) !== null || row.matches(inside));
    const at = all.findIndex((row) => row.contains(target));
    const to = goal(event.key, at, all.length, target === event.currentTarget);
    const row = to === undefined ? undefined : all[to];
    if (row === undefined) return;
    event.preventDefault();
    const column = at < 0 ? 0 : Math.max(0, stops(all[at]!).indexOf(target));
    const there = stops(row);
    const stop = there[Math.min(column, there.length - 1)];
    stop?.focus();
    stop?.scrollIntoView({ block: "nearest" });
  };
}

function stops(row: HTMLElement): HTMLElement[] {
  return row.matches(inside) ? [row] : [...row.querySelectorAll<HTMLElement>(inside)];
}

/** Nothing where the key is not ours, or where the focus is neither in a row nor on the whole. */
export function goal(key: string, at: number, count: number, onWhole: boolean): number | undefined {
  if (count === 0 || (at < 0 && !onWhole)) return undefined;
  switch (key) {
    case "ArrowDown":
      return Math.min(count - 1, at + 1);
    case "ArrowUp":
      return at < 0 ? undefined : Math.max(0, at - 1);
    case "Home":
      return at < 0 ? undefined : 0;
    case "End":
      return at < 0 ? undefined : count - 1;
    default:
      return undefined;
  }
}
