import { Fragment, useEffect, useState } from "react";
import type { ViewProps } from "../App";
import { apiUrl, getText, idPath, post, usePolled } from "../lib/api";
import { age, clock, count, seconds, visible } from "../lib/format";
import { labelsText } from "../lib/labels";
import { href, Link, setQuery, useQuery } from "../lib/route";
import type { Origin, ScrapeTarget, ScrapeTargets } from "../lib/types";
import { Chips, Choice, ComponentLink, HealthBadge, LabelList, Notice, Search, Text, Title, useNow, useSettled, useTitle, Waiting } from "../parts/basics";
import { Pages, SortHead, TableBox } from "../parts/table";

const heads = [
  { key: "health", title: "State", sort: () => 0 },
  { key: "url", title: "Target", sort: () => 0 },
  { key: "job", title: "Job" },
  { key: "last", title: "Last scrape", sort: () => 0, number: true, descending: true },
  { key: "duration", title: "Duration", sort: () => 0, number: true, descending: true },
  { key: "samples", title: "Samples", sort: () => 0, number: true, descending: true },
];

export default function TargetsView({ status }: ViewProps) {
  useTitle("Targets");
  const [q] = useQuery("q");
  const [health] = useQuery("health");
  const [job] = useQuery("job");
  const [component] = useQuery("component");
  const [sort] = useQuery("sort", "health");
  const [page] = useQuery("page", "1");
  const settled = useSettled(q);
  const { data, error } = usePolled<ScrapeTargets>(apiUrl("scrape-targets", { q: settled, health, job, component, sort, page, size: "100" }), 5000);
  const [last, setLast] = useState<ScrapeTargets>();
  if (data && data !== last) setLast(data);
  // While another page is on its way the one before stays, dimmed.
  const shown = data ?? last;
  const now = useNow();
  // A filter begins with its first page.
  const set = (key: string) => (value: string) => setQuery({ [key]: value, page: "" });
  if (error) return <Notice kind="error">{error.message}</Notice>;
  if (!shown) return <Waiting />;
  return (
    <>
      <Title>Targets</Title>
      <div className="filters">
        <Search value={q} onChange={set("q")} label="Search addresses, labels and errors" placeholder="Address, label=value, error" />
        <Chips
          value={health}
          onChange={set("health")}
          label="State"
          options={[
            ["up", "Up", shown.counts.up],
            ["down", "Down", shown.counts.down],
            ["unknown", "Not scraped yet", shown.counts.unknown],
            ["dropped", "Dropped", shown.counts.dropped],
          ]}
        />
        <Choice value={job} onChange={set("job")} label="Job" options={[["", "all"], ...shown.jobs.map((one): [string, string] => [one, visible(one)])]} />
        <Choice value={component} onChange={set("component")} label="Component" options={[["", "all"], ...shown.components.map((one): [string, string] => [one, one])]} />
      </div>
      <TableBox label="targets" stale={!data}>
        <table className="targets">
          <thead>
            <tr>
              {heads.map((head) => (
                <SortHead key={head.key} column={head} sort={sort} initial="health" />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.targets.map((target, at) => (
              <TargetRow key={`${target.component} ${target.url ?? at} ${JSON.stringify(target.labels)}`} target={target} now={now} raw={status?.rawScrapes ?? false} />
            ))}
          </tbody>
        </table>
        {shown.targets.length === 0 && <p className="empty">No target fits these filters.</p>}
      </TableBox>
      <Pages page={shown.page} size={shown.size} total={shown.total} />
    </>
  );
}

function TargetRow({ target, now, raw }: { target: ScrapeTarget; now: number; raw: boolean }) {
  const [open, setOpen] = useState(false);
  const name = target.url ?? target.discovered.__address__ ?? "no address";
  return (
    <Fragment>
      <tr>
        <td>
          <HealthBadge state={target.health} />
        </td>
        <td>
          <button className="link mono expand" aria-expanded={open} onClick={() => setOpen(!open)}>
            <span aria-hidden="true">{open ? "▾" : "▸"}</span>
            <Text limit={400} cut>{name}</Text>
          </button>
          {(target.error || target.reason) && (
            <div className={`small ${target.error ? "bad-text" : "dim"}`}>
              <Text limit={400}>{target.error || target.reason || ""}</Text>
            </div>
          )}
        </td>
        <td>
          <Text limit={120}>{target.job}</Text>
        </td>
        <td className="num" title={clock(target.lastScrape)}>
          {age(target.lastScrape, now)}
        </td>
        <td className="num">{target.seconds === undefined ? "" : seconds(target.seconds)}</td>
        <td className="num">{target.scraped === undefined ? "" : target.kept === target.scraped ? count(target.scraped) : `${count(target.kept ?? 0)} of ${count(target.scraped)}`}</td>
      </tr>
      {open && (
        <tr className="detail">
          <td colSpan={heads.length}>
            <Labelling target={target} />
            <p className="small">
              {target.url ? "Scraped" : "Dropped"} by <ComponentLink id={target.component} />
              {target.interval && `, every ${target.interval}, at most ${target.timeout}`}
            </p>
            {target.url && raw && <RawAnswer component={target.component} url={target.url} />}
          </td>
        </tr>
      )}
    </Fragment>
  );
}

/** From what was discovered to the labels of the samples. Each set is marked with what changed against the one before. */
function Labelling({ target }: { target: ScrapeTarget }) {
  const [origin, setOrigin] = useState<Origin["steps"]>([]);
  const body = JSON.stringify(target.discovered);
  useEffect(() => {
    let current = true;
    post<Origin>(`${idPath(target.component)}/origin`, { labels: JSON.parse(body) }).then(
      (found) => current && setOrigin(found.steps),
      () => current && setOrigin([]),
    );
    return () => {
      current = false;
    };
  }, [target.component, body]);
  const isDropped = !target.url;
  const first = origin[0] ?? (isDropped ? { component: target.component, labels: target.discovered } : undefined);
  return (
    <>
      <div className="columns">
        {origin.map((step, at) => (
          <div key={step.component}>
            <h2>{at === 0 ? "As discovered" : "Relabelled once more"}</h2>
            <LabelList labels={step.labels} before={origin[at - 1]?.labels} />
            <p className="small dim">
              then relabelled by <ComponentLink id={step.component} />
            </p>
          </div>
        ))}
        <div>
          <h2>{isDropped ? "Labels before it was dropped" : origin.length > 0 ? "As it came to the scrape" : "As discovered"}</h2>
          <LabelList labels={target.discovered} before={origin[origin.length - 1]?.labels} />
        </div>
        {target.labels && (
          <div>
            <h2>Labels of its samples</h2>
            <LabelList labels={target.labels} />
          </div>
        )}
      </div>
      {first && (
        <p className="small">
          <Link to={href("relabel", { component: first.component, labels: labelsText(first.labels) })}>Trace its rules</Link>
        </p>
      )}
    </>
  );
}

const longestAnswer = 200_000;

function RawAnswer({ component, url }: { component: string; url: string }) {
  const [answer, setAnswer] = useState<{ text?: string; error?: string; waiting?: boolean }>({});
  const fetchNow = async () => {
    setAnswer({ waiting: true });
    try {
      setAnswer({ text: await getText(apiUrl("scrape-targets/raw", { component, url })) });
    } catch (error) {
      setAnswer({ error: error instanceof Error ? error.message : String(error) });
    }
  };
  return (
    <div className="raw">
      <button onClick={() => void fetchNow()} disabled={answer.waiting}>
        {answer.waiting ? "Asking…" : "Show what it answers now"}
      </button>
      {answer.error && (
        <Notice kind="error">
          <Text>{answer.error}</Text>
        </Notice>
      )}
      {answer.text !== undefined && (
        <pre className="code tall" tabIndex={0}>
          {visible(answer.text.slice(0, longestAnswer))}
          {answer.text.length > longestAnswer && `\n… ${count(answer.text.length - longestAnswer)} more characters`}
        </pre>
      )}
    </div>
  );
}
