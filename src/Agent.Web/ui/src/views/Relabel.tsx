import { useEffect, useState } from "react";
import type { ViewProps } from "../App";
import { apiUrl, idPath, post, usePolled } from "../lib/api";
import { count } from "../lib/format";
import { onRowKeys } from "../lib/keys";
import { labelsText, parseLabels, sameLabels } from "../lib/labels";
import { href, Link, setQuery, useQuery } from "../lib/route";
import type { ComponentList, Labels, Rules, RuleTrace } from "../lib/types";
import { Alloy, Choice, ComponentLink, LabelList, Notice, Search, Text, Title, useSettled, useTitle, Waiting } from "../parts/basics";

const inputKeys = onRowKeys("li > button");
const kinds = ["discovery.relabel", "prometheus.relabel", "loki.relabel"];

export default function RelabelView(_: ViewProps) {
  useTitle("Relabel trace");
  const { data: list, error } = usePolled<ComponentList>(apiUrl("components"), 15000);
  const [component, setComponent] = useQuery("component");
  const [labels] = useQuery("labels");
  if (!list) return <Waiting error={error} />;
  const choices = list.components.filter((one) => kinds.includes(one.name));
  const chosen = component || choices[0]?.id || "";
  return (
    <>
      <Title>Relabel trace</Title>
      <p className="lead">Each rule with what it did since it was loaded, and what it does to one label set. Nothing of a trace is counted or sent.</p>
      {choices.length === 0 ? (
        <p className="empty">The configuration has no discovery.relabel, prometheus.relabel or loki.relabel.</p>
      ) : (
        <>
          <div className="filters">
            <Choice
              value={chosen}
              onChange={(value) => {
                setComponent(value);
                setQuery({ labels: "" });
              }}
              label="Component"
              options={choices.map((one): [string, string] => [one.id, one.id])}
            />
            <ComponentLink id={chosen}>Open the component</ComponentLink>
          </div>
          <RulesOf key={chosen} id={chosen} labels={labels} />
        </>
      )}
    </>
  );
}

function RulesOf({ id, labels }: { id: string; labels: string }) {
  const [text, setText] = useState("");
  const settled = useSettled(text);
  const { data, error } = usePolled<Rules>(apiUrl(`${idPath(id)}/rules`, { q: settled }), 5000);
  const [draft, setDraft] = useState(labels);
  useEffect(() => setDraft(labels), [labels]);
  const given = labels === "" ? null : parseLabels(labels);
  if (error) return <Notice kind="error">{error.message}</Notice>;
  return (
    <>
      <div className="columns trace-input">
        <section>
          <h2>Choose what came in lately</h2>
          <Search value={text} onChange={setText} label="Search label names and values" />
          <ul className="inputs" tabIndex={0} aria-label="label sets" onKeyDown={inputKeys}>
            {data?.inputs.map((input, at) => (
              <li key={at}>
                <button onClick={() => setQuery({ labels: labelsText(input.labels) })} aria-pressed={labelsText(input.labels) === labels}>
                  <Text limit={300} cut>{Object.entries(input.labels).map(([name, value]) => `${name}="${value}"`).join(" ")}</Text>
                </button>
              </li>
            ))}
            {data?.inputs.length === 0 && <li className="empty">{settled ? "Nothing fits." : "Nothing came in yet."}</li>}
          </ul>
        </section>
        <section>
          <h2>Or write one</h2>
          <textarea value={draft} onChange={(event) => setDraft(event.target.value)} rows={6} spellCheck={false} aria-label="labels as JSON" placeholder='{"__address__": "10.0.0.1:80"}' />
          <div className="row">
            <button className="primary" disabled={draft.trim() === "" || parseLabels(draft) === null} onClick={() => setQuery({ labels: draft })}>
              Trace
            </button>
            {draft && parseLabels(draft) === null && <span className="bad-text small">JSON with texts as values</span>}
          </div>
        </section>
      </div>
      {given ? <Trace key={id + labels} id={id} labels={given} counts={data} /> : data && <Counts rules={data} />}
    </>
  );
}

function Counts({ rules }: { rules: Rules }) {
  return (
    <ol className="steps">
      {rules.rules.map((rule, at) => (
        <li key={at}>
          <StepHead number={at + 1} counts={rule} />
          <Alloy text={rule.text} />
        </li>
      ))}
      {rules.rules.length === 0 && <li className="empty">It has no rules: everything passes as it is.</li>}
    </ol>
  );
}

function StepHead({ number, counts, children }: { number: number; counts: { hits: number; drops: number } | undefined; children?: React.ReactNode }) {
  return (
    <div className="step-head">
      <span className="step-number">{number}</span>
      {children}
      {counts && (
        <span className="dim small" title="Since the rule was loaded. A label set counts once while its result is remembered, however often it comes.">
          matched {count(counts.hits)} label set{counts.hits === 1 ? "" : "s"}, <span className={counts.drops > 0 ? "warn-text" : ""}>dropped {count(counts.drops)}</span>
        </span>
      )}
    </div>
  );
}

/** The rules of one component, and of those that relabel what it hands on. */
function Trace({ id, labels, counts, depth = 0 }: { id: string; labels: Labels; counts?: Rules | undefined; depth?: number }) {
  const [trace, setTrace] = useState<{ data?: RuleTrace; error?: string }>({});
  const body = JSON.stringify(labels);
  useEffect(() => {
    let current = true;
    post<RuleTrace>(`${idPath(id)}/rules`, { labels: JSON.parse(body) }).then(
      (data) => current && setTrace({ data }),
      (error: Error) => current && setTrace({ error: error.message }),
    );
    return () => {
      current = false;
    };
  }, [id, body]);
  if (trace.error) return <Notice kind="error">{trace.error}</Notice>;
  if (!trace.data) return <Waiting />;
  const { steps, next } = trace.data;
  const last = steps.length === 0 ? labels : steps[steps.length - 1]!.labels;
  return (
    <section>
      <h2>
        {depth > 0 && "then "}
        <ComponentLink id={id} /> <span className="dim">{last ? `keeps it, ${steps.length} rule${steps.length === 1 ? "" : "s"}` : `drops it at rule ${steps.length}`}</span>
      </h2>
      <ol className="steps">
        <li>
          <div className="step-head">
            <span className="step-number">in</span>
          </div>
          <LabelList labels={labels} />
        </li>
        {steps.map((step, at) => {
          const before = at === 0 ? labels : steps[at - 1]!.labels!;
          const changed = step.labels !== undefined && !sameLabels(step.labels, before);
          return (
            <li key={at} className={step.dropped ? "dropped" : changed ? "" : "unchanged"}>
              <StepHead number={at + 1} counts={counts?.rules[at]}>
                {step.dropped ? <span className="badge down">dropped here</span> : changed ? <span className="badge changed">changed</span> : <span className="dim">no change</span>}
              </StepHead>
              <div className="step-body">
                <Alloy text={step.text} />
                {step.labels && changed && <LabelList labels={step.labels} before={before} />}
              </div>
            </li>
          );
        })}
      </ol>
      {last && (
        <>
          <h3>Result</h3>
          <LabelList labels={last} />
          {depth < 8 && next.map((one) => <Trace key={one} id={one} labels={last} depth={depth + 1} />)}
          {next.length === 0 && last.__address__ && (
            <p className="small">
              <Link to={href("targets", { q: last.__address__ })}>Targets of that address</Link>
            </p>
          )}
        </>
      )}
    </section>
  );
}
