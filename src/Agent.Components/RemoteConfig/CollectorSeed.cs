using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Agent.Components.RemoteConfig;

/// <summary>The random id of an agent that was given none: <c>alloy_seed.json</c> in the storage folder, in Alloy's form, so that it survives a change of agent too.</summary>
internal sealed partial class CollectorSeed(string folder, TimeProvider time, ILogger logger)
{
    private readonly string _path = Path.Combine(folder, "alloy_seed.json");

    /// <summary>The id that is kept; one that is made, and kept where that is possible.</summary>
    public string Id(string version)
    {
        if (Read() is { Length: > 0 } kept)
        {
            return kept;
        }
        string id = Guid.NewGuid().ToString();
        try
        {
            Write(id, version);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNotKept(exception.Message);
        }
        return id;
    }

    private string? Read()
    {
        try
        {
            using JsonDocument seed = JsonDocument.Parse(File.ReadAllBytes(_path));
            return seed.RootElement.GetProperty("UID").GetString();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    private void Write(string id, string version)
    {
        Directory.CreateDirectory(folder);
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("UID", id);
            json.WriteString("created_at", time.GetUtcNow());
            json.WriteString("version", version);
            json.WriteEndObject();
        }
        PrivateFile.Replace(_path, bytes.ToArray());
    }

    [LoggerMessage(LogLevel.Warning, "cannot keep the generated id, it will be another one after a restart: {Cause}")]
    private partial void LogNotKept(string cause);
}
