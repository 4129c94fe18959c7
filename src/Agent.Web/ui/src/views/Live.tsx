import { useEffect, useRef, useState } from "react";
import type { ViewProps } from "../App";
import { apiUrl, useConnection, usePolled } from "../lib/api";
import { copyText } from "../lib/clipboard";
import { count } from "../lib/format";
import { onRowKeys } from "../lib/keys";
import { useLive, type LiveSample } from "../lib/live";
import { useQuery } from "../lib/route";
import type { Graph } from "../lib/types";
import { Choice, LabelList, Notice, Search, Text, Title, useSettled, useTitle, Waiting } from "../parts/basics";

export default function LiveView({ status }: ViewProps) {
  useTitle("Live");
  const { data: graph, error } = usePolled<Graph>(apiUrl("graph"), 15000);
  if (!status || !graph) return <Waiting error={error} />;
  return (
    <>
      <Title>Live</Title>
      {status.liveDebugging ? (
        <Stream graph={graph} />
      ) : (
        <Notice>
          Live data is off, because log lines may hold what not everybody should see. To switch it on, add <code>livedebugging {"{ enabled = true }"}</code> to the configuration and reload.
        </Notice>
      )}
    </>
  );
}

function Stream({ graph }: { graph: Graph }) {
  const edges = graph.edges.filter((edge) => edge.type !== "value");
  const [from, setFrom] = useQuery("from");
  const [to, setTo] = useQuery("to");
  const [q, setQ] = useQuery("q");
  const [paused, setPaused] = useState(false);
  const [copied, setCopied] = useState("");
  const isPagePaused = useConnection().paused;
  const filter = useSettled(q, 400);
  const { samples, seen, skipped, connected, error, clear } = useLive({ from, to, q: filter }, paused);
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    if (atEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [samples]);
  useEffect(clear, [from, to, filter]);
  const senders = [...new Set(edges.filter((edge) => to === "" || edge.to === to).map((edge) => edge.from))].sort();
  const receivers = [...new Set(edges.filter((edge) => from === "" || edge.from === from).map((edge) => edge.to))].sort();
  const copy = async () => {
    setCopied((await copyText(samples.map(asText).join("\n"))) ? "Copied" : "Not allowed");
    setTimeout(() => setCopied(""), 1500);
  };
  const chosen = from !== "" || to !== "";
  return (
    <>
      <div className="filters">
        <Choice value={from} onChange={setFrom} label="From" options={[["", "any"], ...senders.map((id): [string, string] => [id, id])]} />
        <Choice value={to} onChange={setTo} label="To" options={[["", "any"], ...receivers.map((id): [string, string] => [id, id])]} />
        <Search value={q} onChange={setQ} label="Only what holds this text" />
        <button onClick={() => setPaused(!paused)} aria-pressed={paused} disabled={!chosen}>
          {paused ? "Go on" : "Hold"}
        </button>
        <button onClick={clear} disabled={samples.length === 0}>
          Clear
        </button>
        <button onClick={() => void copy()} disabled={samples.length === 0}>
          {copied || "Copy"}
        </button>
        <span className="dim small" role="status">
          {!chosen ? "" : paused ? "held" : isPagePaused ? "held: the page is paused" : connected ? `${count(seen)} passed, ${count(skipped)} left out` : error ? "" : "connecting…"}
        </span>
      </div>
      {error && <Notice kind="error">{error}</Notice>}
      {!chosen ? (
        <p className="empty">Choose where data comes from or goes to. Samples are taken only while this page watches, at most 100 a second for each edge.</p>
      ) : (
        <div
          className="log live"
          ref={box}
          tabIndex={0}
          role="log"
          aria-label="samples"
          onKeyDown={sampleKeys}
          onScroll={(event) => (atEnd.current = event.currentTarget.scrollHeight - event.currentTarget.scrollTop - event.currentTarget.clientHeight < 40)}
        >
          {samples.map((sample) => (
            <SampleLine key={sample.key} sample={sample} />
          ))}
          {samples.length === 0 && <p className="empty">{paused ? "" : "Nothing has passed yet."}</p>}
        </div>
      )}
    </>
  );
}

const sampleKeys = onRowKeys(".sample");

function SampleLine({ sample }: { sample: LiveSample }) {
  const [open, setOpen] = useState(false);
  return (
    <div className="sample">
      <button className="sample-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        {sample.at !== undefined && <span className="log-time">{new Date(sample.at).toISOString().slice(11, 23)}</span>}
        <span className="log-text">
          <Text limit={open ? 20000 : 600} cut>{asText(sample)}</Text>
        </span>
      </button>
      {open && (
        <div className="sample-detail">
          <p className="small dim mono">
            {sample.from} → {sample.to}
            {sample.length !== undefined && `, ${sample.length} bytes`}
          </p>
          <LabelList labels={sample.labels} />
        </div>
      )}
    </div>
  );
}

function asText(sample: LiveSample): string {
  if (sample.line !== undefined) return sample.line;
  const { __name__: name, ...labels } = sample.labels;
  const text = Object.entries(labels).map(([key, value]) => `${key}="${value}"`).join(", ");
  return `${name ?? ""}{${text}}${sample.value === undefined ? "" : ` ${sample.value}`}`;
}
