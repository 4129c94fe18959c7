using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Agent.Web.Prometheus;

/// <summary>JSON that is handed to the connection in pieces, so that an answer of any length needs the memory of one of them.</summary>
internal sealed class JsonStream(PipeWriter output) : IDisposable
{
    private const long FlushBytes = 32 * 1024;

    // What browsers would read as markup need not be escaped: the answer says that it is JSON, and that nobody is to guess otherwise.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public Utf8JsonWriter Json { get; } = new(output, Options);

    /// <summary>To be called between two items of a list. Waits for a slow reader.</summary>
    public ValueTask FlushIfFullAsync(CancellationToken stop) =>
        Json.BytesPending + output.UnflushedBytes >= FlushBytes ? FlushAsync(stop) : ValueTask.CompletedTask;

    public async ValueTask FlushAsync(CancellationToken stop)
    {
        await Json.FlushAsync(stop).ConfigureAwait(false);
        await output.FlushAsync(stop).ConfigureAwait(false);
    }

    public void Dispose() => Json.Dispose();
}
