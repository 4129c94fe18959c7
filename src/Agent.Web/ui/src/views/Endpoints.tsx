import type { ViewProps } from "../App";
import { apiUrl, usePolled } from "../lib/api";
import { age, bytes, clock, count, seconds, visible } from "../lib/format";
import { rowsOf } from "../lib/rates";
import type { Endpoints } from "../lib/types";
import { ComponentLink, Text, Title, useNow, useTitle, Waiting } from "../parts/basics";
import { SortedTable } from "../parts/table";

export default function EndpointsView(_: ViewProps) {
  useTitle("Endpoints");
  const { data, before, error } = usePolled<Endpoints>(apiUrl("endpoints"), 5000);
  const now = useNow();
  if (!data) return <Waiting error={error} />;
  const passed = before && before !== data ? (data.at - before.at) / 1000 : 0;
  const earlier = new Map(before && before !== data ? rowsOf(before).map((row) => [row.id, row]) : []);
  return (
    <>
      <Title>Endpoints</Title>
      <SortedTable
        rows={rowsOf(data)}
        id={(row) => row.id}
        label="endpoints"
        initial="state"
        empty="The configuration writes to no endpoint."
        columns={[
          { key: "state", title: "State", cell: (row) => <span className={`badge ${row.healthy ? "up" : "down"}`}>{row.healthy ? "ok" : "failing"}</span>, sort: (row) => `${row.healthy ? 1 : 0} ${row.id}` },
          {
            key: "host",
            title: "Endpoint",
            cell: (row) => (
              <div className="main-cell">
                <span className="mono">
                  <Text>{row.host}</Text>
                </span>{" "}
                {row.name && (
                  <span className="dim">
                    <Text>{row.name}</Text>
                  </span>
                )}
                {row.error && (
                  <div className={`small ${row.healthy ? "dim" : "bad-text"}`} title={clock(row.errorAt)}>
                    {age(row.errorAt, now)}: <Text limit={400}>{row.error}</Text>
                  </div>
                )}
              </div>
            ),
            sort: (row) => row.host,
          },
          { key: "component", title: "Writer", cell: (row) => <ComponentLink id={row.component} />, sort: (row) => row.component },
          {
            key: "sent",
            title: "Sent",
            number: true,
            descending: true,
            cell: (row) => (
              <>
                {count(row.sent)} {row.sentUnit}
                <div className="small dim">{earlier.has(row.id) && passed > 0 ? `${count(Math.max(0, row.sent - earlier.get(row.id)!.sent) / passed)}/s` : ""}</div>
              </>
            ),
            sort: (row) => row.sent,
          },
          { key: "retried", title: "Retried", number: true, descending: true, cell: (row) => count(row.retried), sort: (row) => row.retried },
          { key: "dropped", title: "Dropped", number: true, descending: true, cell: (row) => <Drops count={row.dropped} reasons={row.reasons} />, sort: (row) => row.dropped },
          {
            key: "queued",
            title: "Queue",
            number: true,
            descending: true,
            cell: (row) => (
              <>
                {bytes(row.queued)}
                <div className={row.onDisk ? "small warn-text" : "small dim"}>{(data.diskBytes[row.component] ?? 0) > 0 ? `${bytes(data.diskBytes[row.component]!)} on disk${row.onDisk ? ", waiting" : ""}` : "in memory"}</div>
              </>
            ),
            sort: (row) => row.queued,
          },
          { key: "oldest", title: "Oldest", hint: "Age of the oldest that is not sent yet.", number: true, descending: true, cell: (row) => (row.oldest > 0 ? <span className={row.oldest > 60 ? "warn-text" : ""}>{seconds(row.oldest)}</span> : <span className="dim">–</span>), sort: (row) => row.oldest },
          { key: "status", title: "Reply", hint: "HTTP status of the last reply.", number: true, cell: (row) => (row.status > 0 ? <span className={row.status >= 400 ? "bad-text" : ""}>{row.status}</span> : <span className="dim">none yet</span>), sort: (row) => row.status },
        ]}
      />
    </>
  );
}

function Drops({ count: dropped, reasons }: { count: number; reasons: Record<string, number> }) {
  const shown = Object.entries(reasons);
  return (
    <>
      <span className={dropped > 0 ? "bad-text" : "dim"}>{count(dropped)}</span>
      {shown.map(([reason, number]) => (
        <div key={reason} className="small dim">
          {count(number)} {visible(reason)}
        </div>
      ))}
    </>
  );
}
