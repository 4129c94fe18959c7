import { useMemo } from "react";
import type { ViewProps } from "../App";
import { apiUrl, usePolled } from "../lib/api";
import { byteRate, count, rate } from "../lib/format";
import { familyOf } from "../lib/graph";
import { withRates, type RatedRow } from "../lib/rates";
import { href, Link, useQuery } from "../lib/route";
import type { ComponentList } from "../lib/types";
import { Chips, Choice, ComponentLink, FigureText, HealthBadge, Notice, Search, Text, Title, useTitle, Waiting } from "../parts/basics";
import { SortedTable, type Column } from "../parts/table";

const weight = { unhealthy: 0, exited: 1, unknown: 2, healthy: 3 };

const columns: Column<RatedRow>[] = [
  { key: "health", title: "Health", cell: (row) => <HealthBadge state={row.health.state} />, sort: (row) => `${weight[row.health.state]} ${row.id}` },
  {
    key: "id",
    title: "Component",
    cell: (row) => (
      <>
        <ComponentLink id={row.id} />
        {row.health.state !== "healthy" && row.health.message && (
          <div className="bad-text small">
            <Text limit={300}>{row.health.message}</Text>
          </div>
        )}
      </>
    ),
    sort: (row) => row.id,
  },
  { key: "kind", title: "Kind", cell: (row) => <span className="dim mono">{row.name}</span>, sort: (row) => row.name },
  { key: "figure", title: "State", cell: (row) => <FigureText figure={row.figure} /> },
  { key: "items", title: "Items", number: true, descending: true, cell: (row) => (row.itemsRate > 0 ? rate(row.itemsRate) : <span className="dim">–</span>), sort: (row) => row.itemsRate },
  { key: "bytes", title: "Bytes", hint: "Of logs the lines, of metrics 16 bytes a sample: a time and a value.", number: true, descending: true, cell: (row) => (row.bytesRate > 0 ? byteRate(row.bytesRate) : <span className="dim">–</span>), sort: (row) => row.bytesRate },
  {
    key: "dropped",
    title: "Dropped",
    number: true,
    descending: true,
    cell: (row) => (row.dropped > 0 ? <span className={row.droppedRate > 0 ? "bad-text" : ""}>{count(row.dropped)}</span> : <span className="dim">0</span>),
    sort: (row) => row.dropped,
  },
];

export function ComponentsView(_: ViewProps) {
  useTitle("Components");
  const { data, before, error } = usePolled<ComponentList>(apiUrl("components"), 5000);
  const [text, setText] = useQuery("q");
  const [health, setHealth] = useQuery("health");
  const [kind, setKind] = useQuery("kind");
  const rows = useMemo(() => (data ? withRates(before === data ? undefined : before, data) : []), [data, before]);
  if (!data) return <Waiting error={error} />;
  const needle = text.trim().toLowerCase();
  const fitting = rows.filter(
    (row) =>
      (needle === "" || row.id.toLowerCase().includes(needle) || row.health.message.toLowerCase().includes(needle)) &&
      (health === "" || row.health.state === health) &&
      (kind === "" || row.name === kind || familyOf(row.name) === kind),
  );
  const number = (state: string) => rows.filter((row) => row.health.state === state).length;
  const kinds = [...new Set(rows.map((row) => row.name))].sort();
  const families = [...new Set(kinds.map(familyOf))];
  return (
    <>
      <Title aside={<Link to={href("graph")}>Show as graph</Link>}>Components</Title>
      {number("unhealthy") > 0 && health === "" && (
        <Notice kind="error">
          {number("unhealthy")} of {rows.length} components {number("unhealthy") === 1 ? "is" : "are"} unhealthy, and {number("unhealthy") === 1 ? "stands" : "stand"} first.
        </Notice>
      )}
      <div className="filters">
        <Search value={text} onChange={setText} label="Search by name or message" />
        <Chips
          value={health}
          onChange={setHealth}
          label="Health"
          options={[
            ["healthy", "Healthy", number("healthy")],
            ["unhealthy", "Unhealthy", number("unhealthy")],
            ["exited", "Exited", number("exited")],
            ["unknown", "Unknown", number("unknown")],
          ]}
        />
        <Choice value={kind} onChange={setKind} label="Kind" options={[["", "all"], ...families.map((family): [string, string] => [family, `${family}.*`]), ...kinds.map((one): [string, string] => [one, one])]} />
      </div>
      <SortedTable
        rows={fitting}
        columns={columns}
        id={(row) => row.id}
        label="components"
        initial="health"
        empty={rows.length === 0 ? "The configuration has no components." : "No component fits these filters."}
      />
    </>
  );
}
