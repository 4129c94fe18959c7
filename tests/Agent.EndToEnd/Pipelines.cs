namespace Agent.EndToEnd;

/// <summary>The shortest configuration that brings files to a sink, in parts.</summary>
internal static class Pipelines
{
    /// <summary>Every <c>*.log</c> of the workspace, found by pattern.</summary>
    public const string Files = """
        local.file_match "logs" {
            path_targets = [{__path__ = "LOGS/*.log", job = "test"}]
        }

        loki.source.file "logs" {
            targets    = local.file_match.logs.targets
            forward_to = [loki.write.sink.receiver]
        }

        """;

    public static string To(LokiSink sink, string more = "") => $$"""
        loki.write "sink" {
            endpoint {
                url                = "{{sink.Url}}"
                batch_wait         = "100ms"
                min_backoff_period = "100ms"
                max_backoff_period = "200ms"
                {{more}}
            }
        }

        """;
}
