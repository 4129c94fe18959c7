import { useState } from "react";
import { NotFound, type ViewProps } from "../App";
import { apiUrl, idPath, usePolled } from "../lib/api";
import { clock, seconds } from "../lib/format";
import { href, Link } from "../lib/route";
import type { ComponentDetail, History } from "../lib/types";
import { Alloy, ComponentLink, figureText, HealthBadge, PlainValue, Text, Title, useNow, useTitle, Waiting } from "../parts/basics";
import { Sparkline } from "../parts/sparkline";

export function ComponentView({ rest: id, status }: ViewProps) {
  useTitle(id);
  const { data, error } = usePolled<ComponentDetail>(apiUrl(idPath(id)), 5000);
  const now = useNow();
  if (error?.status === 404) return <NotFound what={`component ${id}`} />;
  if (!data) return <Waiting error={error} />;
  return (
    <>
      <Title aside={<Actions data={data} live={status?.liveDebugging ?? false} />}>
        <span className="mono">
          <Text>{data.id}</Text>
        </span>
      </Title>
      <p className="lead">{data.summary}</p>
      <section className={`health-card ${data.health.state}`} aria-label="health">
        <HealthBadge state={data.health.state} />
        <span>
          <Text>{data.health.message || "no message"}</Text>
        </span>
        <span className="dim" title={clock(data.health.since)}>
          for {seconds(Math.max(0, Math.floor((now - Date.parse(data.health.since)) / 1000)))}
        </span>
        {data.figure && <strong>{figureText(data.figure)}</strong>}
        <span className="dim mono small">
          <Text>{data.place}</Text>
        </span>
      </section>
      <Neighbours data={data} live={status?.liveDebugging ?? false} />
      <section>
        <h2>Debug info</h2>
        {data.debug === null ? <p className="dim">This component has none.</p> : <PlainValue value={data.debug} />}
      </section>
      <Metrics id={id} />
      <div className="columns">
        <section>
          <h2>Arguments</h2>
          <Alloy text={data.arguments} />
        </section>
        <section>
          <h2>Exports</h2>
          <Alloy text={data.exports} />
        </section>
      </div>
    </>
  );
}

function Actions({ data, live }: { data: ComponentDetail; live: boolean }) {
  return (
    <>
      <Link to={href("graph", { focus: data.id })}>In the graph</Link>
      {data.scrapes && <Link to={href("targets", { component: data.id })}>Targets</Link>}
      {data.hasRules && <Link to={href("relabel", { component: data.id })}>Trace rules</Link>}
      {data.hasStages && <Link to={href("stages", { component: data.id })}>Trace stages</Link>}
      {live && <Link to={href("live", data.flowsTo.length > 0 ? { from: data.id } : { to: data.id })}>Live</Link>}
      {data.hasReference && <Link to={href(`docs/${data.name}`)}>Reference</Link>}
    </>
  );
}

function Neighbours({ data, live }: { data: ComponentDetail; live: boolean }) {
  // A flow can be watched from here too: in the graph only a pointer can meet its line.
  const lists: [string, string[], ((id: string) => Record<string, string>)?][] = [
    ["Receives from", data.flowsFrom, (id) => ({ from: id, to: data.id })],
    ["Sends to", data.flowsTo, (id) => ({ from: data.id, to: id })],
    ["Refers to", data.referencesTo.filter((id) => !data.flowsTo.includes(id))],
    ["Referred to by", data.referencedBy.filter((id) => !data.flowsFrom.includes(id))],
  ];
  return (
    <section className="neighbours" aria-label="neighbours">
      {lists.map(([title, ids, ends]) => (
        <div key={title}>
          <h2>{title}</h2>
          {ids.length === 0 ? (
            <span className="dim">nothing</span>
          ) : (
            <ul>
              {ids.map((id) => (
                <li key={id}>
                  <ComponentLink id={id} />
                  {live && ends && (
                    <>
                      {" "}
                      <Link to={href("live", ends(id))} className="small" aria-label={`live data ${title === "Sends to" ? "to" : "from"} ${id}`}>
                        live
                      </Link>
                    </>
                  )}
                </li>
              ))}
            </ul>
          )}
        </div>
      ))}
    </section>
  );
}

const shownAtFirst = 8;

function Metrics({ id }: { id: string }) {
  const { data } = usePolled<History>(apiUrl(`${idPath(id)}/history`), 15000);
  const [all, setAll] = useState(false);
  // A line that never left zero says least.
  const series = [...(data?.series ?? [])].sort((a, b) => Number(isFlat(a.values)) - Number(isFlat(b.values)) || a.name.localeCompare(b.name));
  const moving = series.filter((one) => !isFlat(one.values)).length;
  const shown = all ? series : series.slice(0, Math.max(shownAtFirst, Math.min(moving, 16)));
  return (
    <section>
      <h2>
        Metrics <span className="dim">of the last 15 minutes</span>
      </h2>
      {series.length === 0 ? (
        <p className="dim">None yet: the first values come 15 seconds after the start. Those of a foreach come with enable_metrics = true.</p>
      ) : (
        <ul className="sparks">
          {shown.map((one) => (
            <li key={one.name} title={one.help}>
              <span className="mono small">{one.name}</span>
              <Sparkline values={one.values} label={one.name} unit={one.isRate ? "/s" : ""} />
            </li>
          ))}
        </ul>
      )}
      {shown.length < series.length && (
        <button className="link" onClick={() => setAll(true)}>
          Show all {series.length}
        </button>
      )}
    </section>
  );
}

function isFlat(values: (number | null)[]): boolean {
  return values.every((value) => value === null || value === 0);
}
