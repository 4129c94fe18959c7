using System.Text.Json;

namespace Agent.Components.Import;

/// <summary>The file <c>module.json</c> of an import: which version worked last, for a start while there is none to be had.</summary>
/// <param name="folder">The storage of the component.</param>
/// <param name="field">What names the version.</param>
/// <param name="source">Where the version comes from: one from elsewhere is none.</param>
internal sealed class KeptVersion(string folder, string field, params (string Name, string Value)[] source)
{
    private string Location => Path.Combine(folder, "module.json");

    /// <summary>Null without a version that can be read.</summary>
    public string? Read()
    {
        try
        {
            using JsonDocument kept = JsonDocument.Parse(File.ReadAllBytes(Location));
            JsonElement root = kept.RootElement;
            return source.All(part => root.GetProperty(part.Name).GetString() == part.Value) ? root.GetProperty(field).GetString() : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be written.</exception>
    public void Write(string version)
    {
        Directory.CreateDirectory(folder);
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            foreach ((string name, string value) in source)
            {
                json.WriteString(name, value);
            }
            json.WriteString(field, version);
            json.WriteEndObject();
        }
        // Replaced as a whole: a crash leaves the former version.
        string half = Location + ".new";
        File.WriteAllBytes(half, bytes.ToArray());
        File.Move(half, Location, overwrite: true);
    }
}
