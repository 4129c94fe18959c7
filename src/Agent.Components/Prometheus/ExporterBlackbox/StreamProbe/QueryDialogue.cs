using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Agent.Components.Prometheus.ExporterBlackbox.Modules;
using Agent.Components.Prometheus.ExporterBlackbox.Probing;
using Agent.Components.Prometheus.ExporterUnix;
using Agent.Sdk.Patterns;

namespace Agent.Components.Prometheus.ExporterBlackbox.StreamProbe;

/// <summary>Leads the dialogue of a module on a connection: waits for what is expected, sends, and begins TLS where told to.</summary>
internal sealed class QueryDialogue(ProbeRun run, StreamProbeOptions options, string serverName) : IDisposable
{
    private readonly List<IDisposable> _owned = [];

    public async Task<bool> RunAsync(Stream stream, CancellationToken stop)
    {
        LineReader reader = Own(new LineReader(stream));
        for (int i = 0; i < options.QueryResponse.Count; i++)
        {
            QueryStep step = options.QueryResponse[i];
            run.Log.Debug("Processing query response entry", ("entry_number", i));
            byte[]? send = step.Send;
            if (step.Expect is not null && (send = await ExpectAsync(reader, step, step.Expect, stop)) is null)
            {
                return false;
            }
            if (step.ExpectBytes.Length > 0 && !await ExpectBytesAsync(reader, step.ExpectBytes, stop))
            {
                return false;
            }
            if (send.Length > 0)
            {
                run.Log.Debug("Sending line", ("line", Encoding.UTF8.GetString(send)));
                await stream.WriteAsync((byte[])[.. send, (byte)'\n'], stop);
                await stream.FlushAsync(stop);
            }
            if (step.StartTls)
            {
                TlsSession session = Own(new TlsSession(options.TlsConfig, serverName));
                stream = Own(await session.HandshakeAsync(stream, [], stop));
                run.Log.Debug("TLS Handshake (client) succeeded.");
                TlsReport.Write(run.Series, session);
                // What came before TLS in clear text is none of it.
                reader = Own(new LineReader(stream));
            }
        }
        return true;
    }

    public void Dispose()
    {
        for (int i = _owned.Count - 1; i >= 0; i--)
        {
            _owned[i].Dispose();
        }
    }

    /// <summary>Reads lines until one matches; returns what is to be sent then, or null where none did.</summary>
    private async Task<byte[]?> ExpectAsync(LineReader reader, QueryStep step, Pattern expect, CancellationToken stop)
    {
        while (await reader.ReadLineAsync(stop) is { } line)
        {
            run.Log.Debug("Read line", ("line", Encoding.UTF8.GetString(line.Span)));
            var groups = new ByteRange[expect.GroupCount + 1];
            if (expect.Match(line.Span, groups))
            {
                run.Log.Debug("Regexp matched", ("regexp", expect.Text));
                run.Series.Set(ProbeFamilies.FailedDueToRegex, 0);
                ReportLabels(step, expect, line.Span, groups);
                return Filled(expect, step.Send, line.Span, groups);
            }
        }
        run.Series.Set(ProbeFamilies.FailedDueToRegex, 1);
        run.Log.Error("Regexp did not match", ("regexp", expect.Text));
        return null;
    }

    private async Task<bool> ExpectBytesAsync(LineReader reader, byte[] expected, CancellationToken stop)
    {
        byte[] data = new byte[expected.Length];
        int read = await reader.ReadBytesAsync(data, stop);
        if (read < expected.Length)
        {
            run.Log.Error("Read less data than expected", ("expected", expected.Length), ("read", read));
            return false;
        }
        bool fits = data.AsSpan().SequenceEqual(expected);
        run.Series.Set(ProbeFamilies.FailedDueToBytes, fits ? 0 : 1);
        if (!fits)
        {
            run.Log.Error("Bytes did not match", ("expected", Convert.ToHexStringLower(expected)), ("bytes", Convert.ToHexStringLower(data)));
        }
        return fits;
    }

    private void ReportLabels(QueryStep step, Pattern expect, ReadOnlySpan<byte> line, ByteRange[] groups)
    {
        if (step.Labels.Count == 0)
        {
            return;
        }
        // A label that is named twice would make the whole page unreadable: the last one counts.
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, string value) in step.Labels)
        {
            labels[name] = Encoding.UTF8.GetString(Expand(expect, value, line, groups));
        }
        Family family = Family.Gauge("probe_expect_info", "Explicit content matched", [.. labels.Keys]);
        run.Series.Set(family, 1, [.. labels.Values]);
    }

    // Only text can name what matched: bytes that are none are sent as they are.
    private static byte[] Filled(Pattern pattern, byte[] send, ReadOnlySpan<byte> line, ByteRange[] groups) =>
        send.Contains((byte)'$') && Utf8.IsValid(send) ? Expand(pattern, Encoding.UTF8.GetString(send), line, groups) : send;

    private static byte[] Expand(Pattern pattern, string template, ReadOnlySpan<byte> line, ByteRange[] groups)
    {
        var output = new ArrayBufferWriter<byte>();
        pattern.Template(template).AppendTo(output, line, groups);
        return output.WrittenSpan.ToArray();
    }

    private T Own<T>(T resource)
        where T : IDisposable
    {
        _owned.Add(resource);
        return resource;
    }
}
