using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Agent.Components.RemoteConfig;

/// <summary>The last remote configuration that worked, in the storage folder, for starts without the server.</summary>
internal sealed partial class KeptConfiguration(string folder, ILogger logger)
{
    // No id of a component has a dash: this is never one's folder.
    private readonly string _path = Path.Combine(folder, "last-good.json");

    /// <summary>Null where there is none, or where it was served to somebody else.</summary>
    /// <param name="key">Which server it came from, and who asked for it.</param>
    public string? Read(string key)
    {
        try
        {
            using JsonDocument kept = JsonDocument.Parse(File.ReadAllBytes(_path));
            return kept.RootElement.GetProperty("for").GetString() == key ? kept.RootElement.GetProperty("configuration").GetString() : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    public void Write(string key, string configuration)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("for", key);
            json.WriteString("configuration", configuration);
            json.WriteEndObject();
        }
        try
        {
            Directory.CreateDirectory(folder);
            PrivateFile.Replace(_path, bytes.ToArray());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNotKept(exception.Message);
        }
    }

    [LoggerMessage(LogLevel.Error, "cannot keep the remote configuration for a restart: {Cause}")]
    private partial void LogNotKept(string cause);
}
