import { useEffect, useState } from "react";
import type { ViewProps } from "../App";
import { apiUrl, idPath, post, usePolled } from "../lib/api";
import { clock } from "../lib/format";
import { onRowKeys } from "../lib/keys";
import { labelsText, parseLabels } from "../lib/labels";
import { useLive } from "../lib/live";
import { useQuery } from "../lib/route";
import type { ComponentList, Labels, StageTrace, Status, TracedEntry } from "../lib/types";
import { Alloy, Choice, ComponentLink, LabelList, Notice, Text, Title, useTitle, Waiting } from "../parts/basics";

export default function StagesView({ status }: ViewProps) {
  useTitle("Stage trace");
  const { data: list, error } = usePolled<ComponentList>(apiUrl("components"), 15000);
  const [component, setComponent] = useQuery("component");
  if (!list) return <Waiting error={error} />;
  const choices = list.components.filter((one) => one.name === "loki.process");
  const chosen = component || choices[0]?.id || "";
  return (
    <>
      <Title>Stage trace</Title>
      <p className="lead">One log line through the stages of a loki.process, with what leaves each of them. The real pipeline is not touched: nothing is sent, counted or held back.</p>
      {choices.length === 0 ? (
        <p className="empty">The configuration has no loki.process.</p>
      ) : (
        <>
          <div className="filters">
            <Choice value={chosen} onChange={setComponent} label="Component" options={choices.map((one): [string, string] => [one.id, one.id])} />
            <ComponentLink id={chosen}>Open the component</ComponentLink>
          </div>
          <Tracer key={chosen} id={chosen} status={status} />
        </>
      )}
    </>
  );
}

function Tracer({ id, status }: { id: string; status: Status | undefined }) {
  const [line, setLine] = useDraft("line");
  const [labels, setLabels] = useDraft("labels");
  const [picking, setPicking] = useState(false);
  const [trace, setTrace] = useState<{ data?: StageTrace; error?: string }>({});
  const given = parseLabels(labels);
  const body = given === null ? "" : JSON.stringify({ line, labels: given });
  useEffect(() => {
    if (line === "" || body === "") {
      setTrace({});
      return;
    }
    let current = true;
    const timer = setTimeout(() => {
      post<StageTrace>(`${idPath(id)}/stages`, JSON.parse(body)).then(
        (data) => current && setTrace({ data }),
        (error: Error) => current && setTrace({ error: error.message }),
      );
    }, 300);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [id, body, line]);
  return (
    <>
      <div className="columns trace-input">
        <section>
          <h2>Line</h2>
          <textarea value={line} onChange={(event) => setLine(event.target.value)} rows={4} spellCheck={false} aria-label="log line" placeholder="2026-01-01T00:00:00Z stdout F level=info msg=hello" />
          <button onClick={() => setPicking(!picking)} disabled={!status?.liveDebugging} aria-expanded={picking} title={status?.liveDebugging ? "" : "needs livedebugging { enabled = true }"}>
            {picking ? "Stop" : "Pick a live line"}
          </button>
          {!status?.liveDebugging && <span className="dim small"> needs livedebugging {"{ enabled = true }"} in the configuration</span>}
        </section>
        <section>
          <h2>Labels it comes with</h2>
          <textarea value={labels} onChange={(event) => setLabels(event.target.value)} rows={4} spellCheck={false} aria-label="labels as JSON" placeholder='{"job": "pods"}' />
          {given === null && <p className="bad-text small">JSON with texts as values</p>}
        </section>
      </div>
      {picking && (
        <Picker
          id={id}
          pick={(picked, its) => {
            setLine(picked);
            setLabels(labelsText(its));
            setPicking(false);
          }}
        />
      )}
      {trace.error && <Notice kind="error">{trace.error}</Notice>}
      {trace.data && <Steps trace={trace.data} line={line} labels={given ?? {}} />}
    </>
  );
}

const lineKeys = onRowKeys("li > button");

/** A server refuses addresses of more than some thousand characters: a longer text is kept in the page alone. */
const longestShared = 2000;

function useDraft(key: string): [string, (text: string) => void] {
  const [shared, setShared] = useQuery(key);
  const [own, setOwn] = useState("");
  return [
    own || shared,
    (text) => {
      const fits = encodeURIComponent(text).length <= longestShared;
      setOwn(fits ? "" : text);
      setShared(fits ? text : "");
    },
  ];
}

function Picker({ id, pick }: { id: string; pick: (line: string, labels: Labels) => void }) {
  const { samples, error } = useLive({ from: "", to: id, q: "" }, false);
  return (
    <ul className="inputs" tabIndex={0} aria-label="live lines" onKeyDown={lineKeys}>
      {error && <li className="bad-text">{error}</li>}
      {samples.slice(-30).reverse().map((sample) => (
        <li key={sample.key}>
          <button onClick={() => pick(sample.line ?? "", sample.labels)}>
            <Text limit={300} cut>{sample.line ?? ""}</Text>
          </button>
        </li>
      ))}
      {samples.length === 0 && !error && <li className="empty">Waiting for lines…</li>}
    </ul>
  );
}

function Steps({ trace, line, labels }: { trace: StageTrace; line: string; labels: Labels }) {
  return (
    <ol className="steps">
      <li>
        <div className="step-head">
          <span className="step-number">in</span>
        </div>
        <pre className="code">
          <Text>{line}</Text>
        </pre>
        <LabelList labels={labels} />
      </li>
      {trace.steps.map((step, at) => {
        const before = at === 0 ? undefined : trace.steps[at - 1]!.entries[0];
        return (
          <li key={at} className={step.entries.length === 0 ? "dropped" : ""}>
            <div className="step-head">
              <span className="step-number">{at + 1}</span>
              {step.entries.length === 0 && <span className="badge down">dropped or held back here</span>}
              {step.entries.length > 1 && <span className="badge changed">{step.entries.length} entries</span>}
            </div>
            <div className="step-body">
              <Alloy text={step.text} />
              <div>
                {step.entries.map((entry, number) => (
                  <Entry key={number} entry={entry} before={before} first={{ line, labels }} />
                ))}
              </div>
            </div>
          </li>
        );
      })}
    </ol>
  );
}

function Entry({ entry, before, first }: { entry: TracedEntry; before: TracedEntry | undefined; first: { line: string; labels: Labels } }) {
  const lastLine = before?.line ?? first.line;
  const time = clock(Number(BigInt(entry.timestamp) / 1000000n));
  return (
    <div className="entry">
      {entry.line !== lastLine ? (
        <pre className="code changed-line">
          <Text>{entry.line}</Text>
        </pre>
      ) : (
        <p className="dim small">line as before</p>
      )}
      {before && before.timestamp !== entry.timestamp && (
        <p className="small">
          time: <span className="mono">{time}</span>
        </p>
      )}
      <h3>Labels</h3>
      <LabelList labels={entry.labels} before={before?.labels ?? first.labels} />
      {Object.keys(entry.metadata).length > 0 && (
        <>
          <h3>Structured metadata</h3>
          <LabelList labels={entry.metadata} before={before?.metadata ?? {}} />
        </>
      )}
      {Object.keys(entry.extracted).length > 0 && (
        <>
          <h3>Extracted values</h3>
          <LabelList labels={entry.extracted} before={before?.extracted ?? first.labels} />
        </>
      )}
    </div>
  );
}
