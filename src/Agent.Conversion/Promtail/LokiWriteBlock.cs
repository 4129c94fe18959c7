using Agent.Conversion.Blocks;
using Agent.Conversion.Shared;
using Agent.Conversion.Yaml;

namespace Agent.Conversion.Promtail;

/// <summary>Makes <c>loki.write</c> of a client; each client has a component of its own, for external labels differ.</summary>
internal static class LokiWriteBlock
{
    private const long UsualBatch = 1024 * 1024;

    public static AlloyBlock Create(YamlMap from, string label, long maxStreams)
    {
        var block = new AlloyBlock("loki.write", label);
        AlloyBody endpoint = block.Body.Block("endpoint");
        endpoint.Text("name", from.Text("name"));
        endpoint.Text("url", from.Text("url"), omit: null);
        endpoint.Duration("batch_wait", from.Duration("batchwait", TimeSpan.FromSeconds(1)), TimeSpan.FromSeconds(1));
        endpoint.Bytes("batch_size", from.Number("batchsize", UsualBatch), UsualBatch);
        endpoint.Duration("remote_timeout", from.Duration("timeout", TimeSpan.FromSeconds(10)), TimeSpan.FromSeconds(10));
        endpoint.TextMap("headers", from.TextMap("headers"));
        YamlMap backoff = from.MapOrEmpty("backoff_config", "backoff.Config");
        endpoint.Duration("min_backoff_period", backoff.Duration("min_period", TimeSpan.FromMilliseconds(500)), TimeSpan.FromMilliseconds(500));
        endpoint.Duration("max_backoff_period", backoff.Duration("max_period", TimeSpan.FromMinutes(5)), TimeSpan.FromMinutes(5));
        endpoint.Number("max_backoff_retries", backoff.Number("max_retries", 10), 10);
        endpoint.Text("tenant_id", from.Text("tenant_id"));
        endpoint.Flag("retry_on_http_429", !from.Flag("drop_rate_limited_batches"), true);
        HttpClientSettings.Of(from).Write(endpoint);
        block.Body.TextMap("external_labels", from.TextMap("external_labels"), always: true);
        block.Body.Number("max_streams", maxStreams);
        return block;
    }
}
