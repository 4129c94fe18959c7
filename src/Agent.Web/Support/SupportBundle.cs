using System.Globalization;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Agent.Syntax;
using Agent.Web.Api;
using Agent.Web.Metrics;

namespace Agent.Web.Support;

/// <summary>Collects the files of one support bundle, under the names of Alloy's.</summary>
internal sealed class SupportBundle(WebOptions options, WebServices services)
{
    private const string Root = "alloy-support-bundle/";

    private const string NoProfiles =
        "There are no profiles: this agent does not run on Go. What the process uses is in the two metrics samples.\n";

    private readonly long _started = services.Time.GetTimestamp();
    private byte[] _metricsAtStart = [];

    public async Task StartAsync(CancellationToken stop) => _metricsAtStart = await MetricsAsync(stop).ConfigureAwait(false);

    /// <summary>The zip; everything but the first metrics sample is as it is now.</summary>
    public async Task<byte[]> FinishAsync(CancellationToken stop)
    {
        byte[] metricsAtEnd = await MetricsAsync(stop).ConfigureAwait(false);
        using var output = new MemoryStream();
        using (var zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(zip, "alloy-metadata.yaml", Metadata());
            Add(zip, "alloy-components.json", Components());
            Add(zip, "alloy-peers.json", "[]"u8);
            Add(zip, "alloy-metrics-sample-start.txt", _metricsAtStart);
            Add(zip, "alloy-metrics-sample-end.txt", metricsAtEnd);
            Add(zip, "alloy-runtime-flags.txt", Lines(options.Flags));
            Add(zip, "alloy-environment.txt", Lines(SupportEnvironment.Read(Environment.GetEnvironmentVariable)));
            Add(zip, "alloy-logs.txt", Lines(services.RecentLog()));
            Add(zip, "pprof/README.txt", Encoding.UTF8.GetBytes(NoProfiles));
            foreach (FileNode file in (services.Runtime.Running?.Source?.Files ?? []).Concat(services.Remote()?.Running?.Source?.Files ?? []))
            {
                Add(zip, "sources/" + Path.GetFileName(file.Source.Name), new RedactedSource(services.Catalog).Of(file));
            }
        }
        return output.ToArray();
    }

    private static void Add(ZipArchive zip, string name, ReadOnlySpan<byte> content)
    {
        using Stream stream = zip.CreateEntry(Root + name, CompressionLevel.Fastest).Open();
        stream.Write(content);
    }

    private static byte[] Lines(IReadOnlyList<string> lines) => Encoding.UTF8.GetBytes(string.Join('\n', lines));

    private async Task<byte[]> MetricsAsync(CancellationToken stop)
    {
        using var output = new MemoryStream();
        PipeWriter writer = PipeWriter.Create(output, new StreamPipeWriterOptions(leaveOpen: true));
        await MetricsEndpoint.WriteAsync(writer, services.Metrics, stop).ConfigureAwait(false);
        await writer.CompleteAsync().ConfigureAwait(false);
        return output.ToArray();
    }

    private byte[] Components()
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output))
        {
            new ComponentJson(new GraphView(services.Runtime.Graph, services.Catalog), services.LiveDebugging.Enabled).WriteList(json);
        }
        return output.ToArray();
    }

    private byte[] Metadata()
    {
        string os = OperatingSystem.IsLinux() ? "linux" : "other";
        string duration = services.Time.GetElapsedTime(_started).TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
        string uptime = (Environment.TickCount64 / 1000.0).ToString(CultureInfo.InvariantCulture);
        return Encoding.UTF8.GetBytes($"""
            build_version: "{options.Version}"
            os: {os}
            architecture: {RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}
            uptime: {uptime}
            runtime: "{RuntimeInformation.FrameworkDescription}"
            duration: {duration}

            """);
    }
}
