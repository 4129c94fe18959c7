import { Fragment, useEffect, useState, type ReactNode } from "react";
import { tokens } from "../lib/alloy";
import { useConnection } from "../lib/api";
import { bytes, clock, count, seconds, visible } from "../lib/format";
import { componentPath, href, Link } from "../lib/route";
import type { Figure, HealthState, Labels, Plain, TargetHealth } from "../lib/types";

const longestText = 4000;

/** Foreign text. Very long ones open on demand; where they stand in a button they are cut, for buttons hold no buttons. */
export function Text({ children, limit = longestText, cut = false }: { children: string; limit?: number; cut?: boolean }) {
  const [open, setOpen] = useState(false);
  if (children.length <= limit || open) return <bdi className="text">{visible(children)}</bdi>;
  if (cut) return <bdi className="text">{visible(children.slice(0, limit))}…</bdi>;
  return (
    <bdi className="text">
      {visible(children.slice(0, limit))}…{" "}
      <button className="link" onClick={() => setOpen(true)}>
        show all {count(children.length)} characters
      </button>
    </bdi>
  );
}

export function HealthBadge({ state }: { state: HealthState | TargetHealth }) {
  return <span className={`badge ${state}`}>{state}</span>;
}

export function ComponentLink({ id, children }: { id: string; children?: ReactNode }) {
  return (
    <Link to={href(componentPath(id))} className="mono">
      {children ?? <Text>{id}</Text>}
    </Link>
  );
}

export function figureText(figure: Figure): string {
  switch (figure.kind) {
    case "targets":
      return `${count(figure.value)} / ${count(figure.of)} up`;
    case "found":
      return `${count(figure.value)} target${figure.value === 1 ? "" : "s"}`;
    case "lag":
      return figure.value > 0 ? `${bytes(figure.value)} behind${figure.seconds >= 1 ? `, ${seconds(figure.seconds)}` : ""}` : `${count(figure.of)} file${figure.of === 1 ? "" : "s"}, no lag`;
    case "queue":
      return figure.value > 0 ? `${bytes(figure.value)} queued${figure.seconds >= 1 ? `, ${seconds(figure.seconds)}` : ""}` : "queue empty";
  }
}

/** Worth a second look. */
export function isWorrying(figure: Figure | undefined): boolean {
  return figure !== undefined && ((figure.kind === "targets" && figure.value < figure.of) || ((figure.kind === "lag" || figure.kind === "queue") && figure.seconds > 60));
}

export function FigureText({ figure }: { figure: Figure | undefined }) {
  return figure ? <span className={isWorrying(figure) ? "warn-text" : undefined}>{figureText(figure)}</span> : <span className="dim">–</span>;
}

export function LabelList({ labels, before }: { labels: Labels; before?: Labels | undefined }) {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(labels)])].sort();
  if (names.length === 0) return <span className="dim">no labels</span>;
  return (
    <ul className="labels">
      {names.map((name) => {
        const value = labels[name];
        const last = before?.[name];
        const kind = before === undefined || value === last ? "" : value === undefined ? "gone" : last === undefined ? "new" : "changed";
        return (
          <li key={name} className={kind}>
            <span className="label-name">
              <Text limit={200}>{name}</Text>
            </span>
            <span className="label-value">
              <Text limit={400}>{value ?? last ?? ""}</Text>
            </span>
            {kind && <span className="sr-only"> ({kind})</span>}
          </li>
        );
      })}
    </ul>
  );
}

export function Alloy({ text, marks }: { text: string; marks?: Map<number, string> }) {
  if (text === "") return <p className="dim">none</p>;
  if (!marks) {
    return (
      <pre className="code" tabIndex={0}>
        {tokens(text).map((token, at) => (token.kind === "plain" ? visible(token.text) : <span key={at} className={`t-${token.kind}`}>{visible(token.text)}</span>))}
      </pre>
    );
  }
  return (
    <pre className="code numbered" tabIndex={0}>
      {text.split("\n").map((line, at) => (
        <span key={at} id={`line-${at + 1}`} className={`line ${marks.get(at + 1) ?? ""}`}>
          <span className="line-number" aria-hidden="true">
            {at + 1}
          </span>
          {tokens(line).map((token, part) => (token.kind === "plain" ? visible(token.text) : <span key={part} className={`t-${token.kind}`}>{visible(token.text)}</span>))}
          {"\n"}
        </span>
      ))}
    </pre>
  );
}

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$/;

/** A few objects with many fields read better one below the other. */
const fewRows = 2;
const manyColumns = 7;

type PlainObject = { [key: string]: Plain };

const isNested = (value: Plain | undefined) => typeof value === "object" && value !== null;

/** Plain fields are columns; what holds more opens below its row. */
function ObjectTable({ rows }: { rows: PlainObject[] }) {
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const all = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const nested = all.filter((column) => rows.some((row) => isNested(row[column])));
  const columns = all.filter((column) => !nested.includes(column));
  if (rows.length <= fewRows && columns.length > manyColumns) {
    return (
      <>
        {rows.map((row, at) => (
          <PlainValue key={at} value={row} />
        ))}
      </>
    );
  }
  const toggle = (at: number) => {
    const next = new Set(open);
    if (!next.delete(at)) next.add(at);
    setOpen(next);
  };
  return (
    <div className="table-box" tabIndex={0} role="region" aria-label={all.slice(0, 3).join(", ")}>
      <table className="plain-table">
        <thead>
          <tr>
            {nested.length > 0 && (
              <th scope="col">
                <span className="sr-only">more</span>
              </th>
            )}
            {columns.map((column) => (
              <th key={column} scope="col">
                {column.replaceAll("_", " ")}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <Fragment key={at}>
              <tr>
                {nested.length > 0 && (
                  <td>
                    <button className="link" aria-expanded={open.has(at)} aria-label={`more of row ${at + 1}`} onClick={() => toggle(at)}>
                      {open.has(at) ? "▾" : "▸"}
                    </button>
                  </td>
                )}
                {columns.map((column) => (
                  <td key={column}>
                    <PlainValue value={row[column] ?? null} />
                  </td>
                ))}
              </tr>
              {open.has(at) && (
                <tr className="detail">
                  <td colSpan={columns.length + 1}>
                    <PlainValue value={Object.fromEntries(nested.map((column) => [column, row[column] ?? null]))} />
                  </td>
                </tr>
              )}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What a component shows of itself: lists of objects become tables, everything else names and values. */
export function PlainValue({ value }: { value: Plain }) {
  if (value === null || value === "") return <span className="dim">–</span>;
  if (typeof value === "number") return <span className="num">{Number.isInteger(value) ? value.toLocaleString("en") : count(value)}</span>;
  if (typeof value === "boolean") return <span>{value ? "yes" : "no"}</span>;
  if (typeof value === "string") return time.test(value) ? <span className="nowrap" title={value}>{clock(value) || "never"}</span> : <Text limit={400}>{value}</Text>;
  if (Array.isArray(value)) {
    if (value.length === 0) return <span className="dim">none</span>;
    if (value.every((item) => typeof item === "object" && item !== null && !Array.isArray(item))) return <ObjectTable rows={value as PlainObject[]} />;
    return (
      <ul className="plain-list">
        {value.map((item, at) => (
          <li key={at}>
            <PlainValue value={item} />
          </li>
        ))}
      </ul>
    );
  }
  const entries = Object.entries(value);
  if (entries.every(([, item]) => typeof item === "string") && entries.length > 0) return <LabelList labels={value as Labels} />;
  return (
    <dl className="facts">
      {entries.map(([key, item]) => (
        <div key={key} className={typeof item === "object" && item !== null ? "wide" : ""}>
          <dt>{key.replaceAll("_", " ")}</dt>
          <dd>
            <PlainValue value={item} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

export function Title({ children, aside }: { children: ReactNode; aside?: ReactNode }) {
  return (
    <header className="title">
      <h1>{children}</h1>
      {aside && <div className="aside">{aside}</div>}
    </header>
  );
}

export function Search({ value, onChange, label, placeholder }: { value: string; onChange: (value: string) => void; label: string; placeholder?: string }) {
  return <input type="search" className="search" value={value} onChange={(event) => onChange(event.target.value)} aria-label={label} placeholder={placeholder ?? label} spellCheck={false} />;
}

export function Choice({ value, onChange, label, options }: { value: string; onChange: (value: string) => void; label: string; options: [string, string][] }) {
  return (
    <label className="choice">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
        {!options.some(([key]) => key === value) && <option value={value}>{value}</option>}
      </select>
    </label>
  );
}

export function Chips({ value, onChange, label, options }: { value: string; onChange: (value: string) => void; label: string; options: [string, string, number | undefined][] }) {
  return (
    <div className="chips" role="group" aria-label={label}>
      {options.map(([key, text, number]) => (
        <button key={key} className={`chip ${key}`} aria-pressed={value === key} onClick={() => onChange(value === key ? "" : key)}>
          {text}
          {number !== undefined && <span className="chip-number">{count(number)}</span>}
        </button>
      ))}
    </div>
  );
}

export function Notice({ kind = "info", children }: { kind?: "info" | "error" | "warn"; children: ReactNode }) {
  return (
    <div className={`notice ${kind}`} role={kind === "error" ? "alert" : "status"}>
      {children}
    </div>
  );
}

export function Waiting({ error }: { error?: Error | undefined }) {
  const { connected } = useConnection();
  if (error) return <Notice kind="error">{visible(error.message)}</Notice>;
  return <p className="dim pad">{connected ? "Loading…" : "Waiting for the agent…"}</p>;
}

export function useTitle(text: string): void {
  useEffect(() => {
    document.title = text ? `${visible(text).slice(0, 80)} · Invar` : "Invar";
  }, [text]);
}

/** The time, anew every second, for ages. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** The same value, once it has held still for a moment: what is typed asks no question at every letter. */
export function useSettled<T>(value: T, milliseconds = 250): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}
