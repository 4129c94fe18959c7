import { useEffect, useRef, useState, type ReactNode } from "react";
import type { ViewProps } from "../App";
import { apiUrl, get, useConnection, usePolled } from "../lib/api";
import { bytes, count, percent, seconds } from "../lib/format";
import { levels, parseLogLine, type LogLine } from "../lib/logline";
import { withRates } from "../lib/rates";
import { useQuery } from "../lib/route";
import type { ComponentList, NodeFacts } from "../lib/types";
import { Choice, ComponentLink, Search, Text, Title, useNow, useTitle, Waiting } from "../parts/basics";
import { SortedTable } from "../parts/table";

export default function NodeView({ status }: ViewProps) {
  useTitle("Node");
  const { data, before, error } = usePolled<NodeFacts>(apiUrl("node"), 5000);
  const now = useNow();
  if (!data) return <Waiting error={error} />;
  const passed = before && before !== data ? (data.at - before.at) / 1000 : 0;
  const cores = passed > 0 ? (data.cpuSeconds - before!.cpuSeconds) / passed : undefined;
  const allocated = passed > 0 ? (data.allocatedBytes - before!.allocatedBytes) / passed : undefined;
  return (
    <>
      <Title aside={status?.supportBundle && <Bundle />}>Node</Title>
      <div className="tiles">
        <Tile title="CPU" value={cores === undefined ? "…" : `${(cores * 100).toFixed(1)} %`} note={`of one core; ${data.processors} there. ${seconds(data.cpuSeconds)} since the start`} />
        <Tile title="Memory" value={bytes(data.residentBytes)} note={data.memoryBudget === undefined ? "resident; the process has no budget" : `resident, with a budget of ${bytes(data.memoryBudget)}`} share={data.memoryBudget === undefined ? undefined : data.residentBytes / data.memoryBudget} />
        {data.memoryBudget !== undefined && <Budget data={data} />}
        <Tile title="Managed heap" value={bytes(data.heapBytes)} note={allocated === undefined ? "" : `${bytes(allocated)}/s allocated`} />
        <Tile title="Collections" value={data.collections.join(" / ")} note={`generations 0, 1, 2; ${seconds(data.pauseSeconds)} of pauses`} />
        <Tile title="Threads" value={String(data.threads)} note="" />
        <Tile title="Open files" value={String(data.openFiles)} note="" />
        <Tile title="Running for" value={seconds(Math.floor((now - Date.parse(data.started)) / 1000))} note={`process ${data.processId}`} />
      </div>
      <Shares />
      <Log />
      <section>
        <h2>Build and system</h2>
        <dl className="facts">
          <Fact name="Version" value={data.version} />
          <Fact name="Revision" value={data.revision || "–"} />
          <Fact name="Runtime" value={data.runtime} />
          <Fact name="System" value={`${data.system}, ${data.architecture}`} />
          <div className="wide">
            <dt>Flags</dt>
            <dd className="mono small">{data.flags.length === 0 ? "none" : data.flags.map((flag) => <div key={flag}><Text>{flag}</Text></div>)}</dd>
          </div>
        </dl>
      </section>
    </>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <Text>{value}</Text>
      </dd>
    </div>
  );
}

function Tile({ title, value, note, share }: { title: string; value: string; note: ReactNode; share?: number | undefined }) {
  return (
    <div className="tile">
      <span className="tile-title">{title}</span>
      <span className="tile-value num">{value}</span>
      {share !== undefined && <meter value={Math.min(1, share)} max={1} low={0.7} high={0.9} optimum={0} aria-label={`${title}: share of the limit`} />}
      <span className="dim small">{note}</span>
    </div>
  );
}

function Bundle() {
  const [duration, setDuration] = useState("5");
  return (
    <>
      <Choice value={duration} onChange={setDuration} label="Support bundle over" options={[["1", "1 s"], ["5", "5 s"], ["30", "30 s"]]} />
      <a className="button" href={`${location.origin}/-/support?duration=${duration}`} download>
        Download
      </a>
    </>
  );
}

/** Near its budget the agent reads no more, until some of what it holds is delivered. */
function Budget({ data }: { data: NodeFacts }) {
  const { memoryBudget: budget = 0, memoryUsed: used = 0, memoryPressure: isPaused = false, memoryPausedSeconds: pausedFor = 0 } = data;
  const state = isPaused ? "reading paused" : "open";
  return (
    <Tile
      title="Byte budget"
      value={`${bytes(used)} of ${bytes(budget)}`}
      share={budget > 0 ? used / budget : 0}
      note={
        <>
          <span className={`badge ${isPaused ? "down" : "up"}`}>{state}</span> {pausedFor > 0 ? `paused for ${seconds(pausedFor)} in all` : "never paused"}
        </>
      }
    />
  );
}

const ownHint = "Time that senders spent in the component, without what is behind it. Waiting is part of it: for room in a full queue, or for its turn at a processor.";
const busyHint = "The same with what is behind it.";
const bytesHint = "Of logs the lines, of metrics 16 bytes a sample: a time and a value.";

/** Times by the clock of what others ask of a component. Nobody measures the processor time of each: that would cost at every batch. */
function Shares() {
  const { data, before } = usePolled<ComponentList>(apiUrl("components"), 5000);
  if (!data) return null;
  const rows = withRates(before === data ? undefined : before, data).filter((row) => row.busySeconds > 0 || row.bytesRate > 0);
  const allOwn = rows.reduce((sum, row) => sum + row.own, 0) || 1;
  const allBytes = rows.reduce((sum, row) => sum + row.bytesRate, 0) || 1;
  return (
    <section>
      <h2>
        Shares of components
      </h2>
      <p className="dim small shares-note">
        Own time is that of work which data asks for as it comes in, by the clock. Sources, scrapes, and what writers do behind their queues work on their own: their time is not among it, and only the CPU of the whole process tells of it.
      </p>
      <SortedTable
        rows={rows}
        id={(row) => row.id}
        label="shares of components"
        initial="-own"
        empty="Nothing flows yet."
        columns={[
          { key: "id", title: "Component", cell: (row) => <ComponentLink id={row.id} />, sort: (row) => row.id },
          { key: "own", title: "Own time", hint: ownHint, number: true, descending: true, cell: (row) => (row.busySeconds > 0 ? <span title={`${seconds(row.ownSeconds)} since it was loaded`}>{percent(row.own)}</span> : <Unmeasured />), sort: (row) => row.own },
          { key: "ownshare", title: "Share of it", hint: `${ownHint} Of that of all components.`, number: true, descending: true, cell: (row) => (row.busySeconds > 0 ? percent(row.own / allOwn) : <Unmeasured />), sort: (row) => row.own },
          { key: "busy", title: "With what is behind", hint: busyHint, number: true, descending: true, cell: (row) => (row.busySeconds > 0 ? percent(row.busy) : <Unmeasured />), sort: (row) => row.busy },
          { key: "share", title: "Share of bytes", hint: bytesHint, number: true, descending: true, cell: (row) => percent(row.bytesRate / allBytes), sort: (row) => row.bytesRate },
          { key: "bytes", title: "Bytes", hint: bytesHint, number: true, descending: true, cell: (row) => `${bytes(row.bytesRate)}/s`, sort: (row) => row.bytesRate },
          { key: "items", title: "Items", number: true, descending: true, cell: (row) => `${count(row.itemsRate)}/s`, sort: (row) => row.itemsRate },
        ]}
      />
    </section>
  );
}

function Unmeasured() {
  return (
    <span className="dim" title="Nothing hands data to it: it works on its own, and that is not measured.">
      –
    </span>
  );
}

const keptLines = 1000;

function Log() {
  const [level, setLevel] = useQuery("level");
  const [text, setText] = useQuery("log");
  const lines = useLog();
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const least = levels.indexOf((level || "debug") as (typeof levels)[number]);
  const needle = text.trim().toLowerCase();
  const shown = lines.filter((line) => levels.indexOf(line.level) >= least && (needle === "" || line.text.toLowerCase().includes(needle)));
  useEffect(() => {
    if (atEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [shown.length]);
  return (
    <section>
      <h2>Log of the agent</h2>
      <div className="filters">
        <Search value={text} onChange={setText} label="Search the log" />
        <Choice value={level} onChange={setLevel} label="Level" options={[["", "all"], ["info", "info and worse"], ["warn", "warnings and errors"], ["error", "errors"]]} />
        <span className="dim small">{shown.length} lines</span>
      </div>
      <div
        className="log"
        ref={box}
        tabIndex={0}
        role="log"
        aria-label="log of the agent"
        onScroll={(event) => (atEnd.current = event.currentTarget.scrollHeight - event.currentTarget.scrollTop - event.currentTarget.clientHeight < 40)}
      >
        {shown.map((line) => (
          <div key={line.key} className={`log-line ${line.level}`}>
            <span className="log-time">{line.time.slice(11, 23)}</span>
            <span className="log-level">{line.level}</span>
            <span className="log-text">
              <Text limit={1000}>{line.text}</Text>
            </span>
          </div>
        ))}
        {shown.length === 0 && <p className="empty">No lines.</p>}
      </div>
    </section>
  );
}

/** The log from where we know it on: each question asks for new lines only. */
function useLog(): (LogLine & { key: number })[] {
  const [lines, setLines] = useState<(LogLine & { key: number })[]>([]);
  const { paused } = useConnection();
  const written = useRef(0);
  useEffect(() => {
    if (paused) return;
    const stop = new AbortController();
    const ask = async () => {
      try {
        const answer = await get<{ written: number; lines: string[] }>(apiUrl("log", { after: String(written.current) }), stop.signal);
        // Fewer lines than before: another process answers, and its log begins anew.
        const restarted = answer.written < written.current;
        written.current = restarted ? 0 : answer.written;
        const first = answer.written - answer.lines.length;
        if (answer.lines.length > 0 || restarted) {
          setLines((last) => [...(restarted ? [] : last), ...answer.lines.map((line, at) => ({ ...parseLogLine(line), key: first + at }))].slice(-keptLines));
        }
      } catch {
        // The status line says that the agent does not answer; the next question follows.
      }
    };
    void ask();
    const timer = setInterval(() => document.hidden || void ask(), 2000);
    return () => {
      stop.abort();
      clearInterval(timer);
    };
  }, [paused]);
  return lines;
}
