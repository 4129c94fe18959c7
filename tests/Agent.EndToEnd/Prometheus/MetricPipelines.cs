namespace Agent.EndToEnd.Prometheus;

/// <summary>The shortest configuration that brings metrics to a Prometheus, in parts.</summary>
internal static class MetricPipelines
{
    /// <summary>A target scraped every second, as the job <c>shop</c>.</summary>
    public static string From(MetricsPage page, string more = "", string name = "shop") => $$"""
        prometheus.scrape "{{name}}" {
            targets         = [{__address__ = "{{page.Address}}", job = "{{name}}"}]
            forward_to      = [prometheus.remote_write.prometheus.receiver]
            scrape_interval = "1s"
            scrape_timeout  = "1s"
            {{more}}
        }

        """;

    public static string To(PrometheusServer server, string more = "") => $$"""
        prometheus.remote_write "prometheus" {
            external_labels = {cluster = "conveyor-platform", dc = "fra-1"}

            endpoint {
                url = "{{server.WriteUrl}}"
                {{more}}

                queue_config {
                    batch_send_deadline = "100ms"
                }
            }
        }

        """;
}
