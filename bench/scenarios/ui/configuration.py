"""Writes a configuration of COMPONENTS components with TARGETS targets, as pipelines of metrics and of logs."""

WRITERS = 4
PIPELINE = 4


def metric_pipeline(number, targets, sink, writer):
    rows = "".join(
        f'\t\t{{ __address__ = "127.0.0.1:{sink}", __metrics_path__ = "/t/{target}", instance = "target-{target}", team = "team-{target % 7}" }},\n'
        for target in targets
    )
    return f"""
discovery.relabel "found_{number}" {{
	targets = [
{rows}\t]

	rule {{
		source_labels = ["team"]
		target_label  = "owner"
	}}
}}

discovery.relabel "kept_{number}" {{
	targets = discovery.relabel.found_{number}.output

	rule {{
		source_labels = ["instance"]
		regex         = "target-.*"
		action        = "keep"
	}}

	rule {{
		action = "labeldrop"
		regex  = "team"
	}}
}}

prometheus.scrape "scrape_{number}" {{
	targets         = discovery.relabel.kept_{number}.output
	forward_to      = [prometheus.relabel.samples_{number}.receiver]
	scrape_interval = "60s"
	scrape_timeout  = "10s"
}}

prometheus.relabel "samples_{number}" {{
	forward_to = [prometheus.remote_write.metrics_{writer}.receiver]

	rule {{
		source_labels = ["__name__"]
		regex         = "unwanted_.*"
		action        = "drop"
	}}
}}
"""


def log_pipeline(number, folder, writer):
    return f"""
local.file_match "files_{number}" {{
	path_targets = [{{ __path__ = "{folder}/{number}/*.log", job = "job-{number}" }}]
}}

loki.source.file "tail_{number}" {{
	targets    = local.file_match.files_{number}.targets
	forward_to = [loki.process.parse_{number}.receiver]
}}

loki.process "parse_{number}" {{
	forward_to = [loki.relabel.entries_{number}.receiver]

	stage.logfmt {{
		mapping = {{ level = "" }}
	}}

	stage.labels {{
		values = {{ level = "" }}
	}}
}}

loki.relabel "entries_{number}" {{
	forward_to = [loki.write.logs_{writer}.receiver]

	rule {{
		target_label = "cluster"
		replacement  = "here"
	}}
}}
"""


def writers(sink):
    for number in range(WRITERS):
        yield f"""
prometheus.remote_write "metrics_{number}" {{
	endpoint {{
		url = "http://127.0.0.1:{sink}/write"
	}}
}}

loki.write "logs_{number}" {{
	endpoint {{
		url = "http://127.0.0.1:{sink}/push"
	}}
}}
"""


def shape(components):
    """How many pipelines of metrics and of logs make that many components with the writers."""
    pipelines = max(2, (components - 2 * WRITERS) // PIPELINE)
    metrics = (pipelines + 1) // 2
    return metrics, pipelines - metrics


def configuration(components, targets, sink, folder):
    metrics, logs = shape(components)
    parts = [metric_pipeline(n, range(n, targets, metrics), sink, n % WRITERS) for n in range(metrics)]
    parts += [log_pipeline(n, folder, n % WRITERS) for n in range(logs)]
    return "// Written by bench/scenarios/ui/configuration.py.\n" + "".join([*parts, *writers(sink)])
