import type { ViewProps } from "../App";
import { apiUrl, usePolled } from "../lib/api";
import { age, bytes, clock, seconds } from "../lib/format";
import { useQuery } from "../lib/route";
import type { Files, TailedFile } from "../lib/types";
import { Chips, ComponentLink, HealthBadge, PlainValue, Search, Text, Title, useNow, useTitle, Waiting } from "../parts/basics";
import { SortedTable, type Column } from "../parts/table";

const slow = 60;

function stateOf(file: TailedFile): "down" | "behind" | "up" | "unknown" {
  if (file.problem) return "down";
  if (file.lag_seconds > slow) return "behind";
  return file.is_running ? "up" : "unknown";
}

const words = { down: "error", behind: "behind", up: "reading", unknown: "waiting" };
const badges = { down: "down", behind: "exited", up: "up", unknown: "unknown" } as const;
const order = ["down", "behind", "unknown", "up"];

const columns: Column<TailedFile>[] = [
  { key: "state", title: "State", cell: (file) => <span className={`badge ${badges[stateOf(file)]}`}>{words[stateOf(file)]}</span>, sort: (file) => `${order.indexOf(stateOf(file))} ${file.path}` },
  {
    key: "path",
    title: "File",
    cell: (file) => (
      <div className="main-cell">
        <span className="mono">
          <Text limit={400}>{file.path}</Text>
        </span>
        {file.polled && <div className="small dim">looked at now and then: its folder does not report changes</div>}
        {(file.problem || file.last_error) && (
          <div className={`small ${file.problem ? "bad-text" : "dim"}`}>
            <Text limit={400}>{file.problem || `earlier: ${file.last_error}`}</Text>
          </div>
        )}
      </div>
    ),
    sort: (file) => file.path,
  },
  { key: "source", title: "Source", cell: (file) => <ComponentLink id={file.component} />, sort: (file) => file.component },
  { key: "size", title: "Size", number: true, descending: true, cell: (file) => bytes(file.size), sort: (file) => file.size },
  { key: "position", title: "Delivered", hint: "Position up to which everything is delivered, or safely on disk.", number: true, descending: true, cell: (file) => (
      <span title={`${file.read_offset.toLocaleString("en")} bytes`}>
        {bytes(file.read_offset)}
        <div className="small dim">{file.size > 0 ? `${Math.min(100, Math.floor((file.read_offset / file.size) * 1000) / 10)} %` : ""}</div>
      </span>
    ),
    sort: (file) => file.read_offset },
  { key: "lag", title: "Lag", number: true, descending: true, cell: (file) => (file.lag_bytes > 0 ? bytes(file.lag_bytes) : <span className="dim">0</span>), sort: (file) => file.lag_bytes },
  { key: "age", title: "Lag in time", hint: "Age of the oldest line that is not delivered yet.", number: true, descending: true, cell: (file) => (file.lag_seconds > 0 ? <span className={file.lag_seconds > slow ? "warn-text" : ""}>{seconds(Math.round(file.lag_seconds))}</span> : <span className="dim">–</span>), sort: (file) => file.lag_seconds },
  { key: "last", title: "Last line", number: true, descending: true, cell: (file) => <Ago time={file.last_line_at} />, sort: (file) => file.last_line_at },
];

function Ago({ time }: { time: string }) {
  const now = useNow();
  return <span title={clock(time)}>{age(time, now) || <span className="dim">–</span>}</span>;
}

export default function FilesView(_: ViewProps) {
  useTitle("Files & sources");
  const { data, error } = usePolled<Files>(apiUrl("files"), 5000);
  const [text, setText] = useQuery("q");
  const [state, setState] = useQuery("state");
  if (!data) return <Waiting error={error} />;
  const needle = text.trim().toLowerCase();
  const fitting = data.files.filter(
    (file) => (needle === "" || `${file.path} ${file.labels} ${file.component}`.toLowerCase().includes(needle)) && (state === "" || stateOf(file) === state),
  );
  const number = (wanted: string) => data.files.filter((file) => stateOf(file) === wanted).length;
  const behind = data.files.reduce((sum, file) => sum + file.lag_bytes, 0);
  return (
    <>
      <Title aside={<span className="dim">{bytes(behind)} not delivered yet</span>}>Files</Title>
      <div className="filters">
        <Search value={text} onChange={setText} label="Search paths and labels" />
        <Chips value={state} onChange={setState} label="State" options={[["up", "Reading", number("up")], ["behind", "Behind", number("behind")], ["down", "Error", number("down")], ["unknown", "Waiting", number("unknown")]]} />
      </div>
      <SortedTable rows={fitting} columns={columns} id={(file) => `${file.component} ${file.path} ${file.labels}`} label="files" initial="state" empty={data.files.length === 0 ? "No file is tailed." : "No file fits these filters."} />
      {data.sources.length > 0 && (
        <section>
          <h2>Journal and other sources</h2>
          {data.sources.map((source) => (
            <div key={source.id} className="card">
              <h3>
                <ComponentLink id={source.id} /> <HealthBadge state={source.health.state} />
              </h3>
              <PlainValue value={source.state} />
            </div>
          ))}
        </section>
      )}
    </>
  );
}
