using System.Text.Json;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>Appends failed scrapes to the file that the configuration names. Safe for use by many threads.</summary>
/// <remarks>The file is opened for each line, so that whoever rotates it need not tell anybody.</remarks>
internal sealed class FailureLog(TimeProvider time)
{
    private readonly Lock _gate = new();

    /// <summary>Why the last line could not be written; null where it was.</summary>
    public string? Problem { get; private set; }

    /// <returns>False where it could not be written and the attempt before could.</returns>
    public bool TryWrite(string path, string url, string error)
    {
        byte[] line = Line(url, error);
        lock (_gate)
        {
            bool wasWritable = Problem is null;
            try
            {
                using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
                file.Write(line);
                Problem = null;
            }
            catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or NotSupportedException)
            {
                Problem = $"cannot write to scrape_failure_log_file \"{path}\": {failed.Message}";
            }
            return Problem is null || !wasWritable;
        }
    }

    private byte[] Line(string url, string error)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("time", time.GetUtcNow());
            json.WriteString("level", "ERROR");
            json.WriteString("msg", error);
            json.WriteString("target", url);
            json.WriteEndObject();
        }
        text.WriteByte((byte)'\n');
        return text.ToArray();
    }
}
