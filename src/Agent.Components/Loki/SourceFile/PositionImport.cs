using Agent.Sdk;
using Agent.Storage;
using Microsoft.Extensions.Logging;
using YamlDotNet.Core;

namespace Agent.Components.Loki.SourceFile;

/// <summary>Takes over the positions that another agent left.</summary>
internal sealed partial class PositionImport(PositionStore store, ComponentContext context)
{
    private readonly ILogger _logger = context.Logger;

    /// <summary>True once a file was found that cannot be read: any file without an entry may have been meant.</summary>
    public bool IsDamaged { get; private set; }

    /// <summary>False where there was nothing to take over.</summary>
    public bool TryImport(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }
        using var text = new StreamReader(path);
        try
        {
            List<FilePosition> positions = PositionsYaml.Read(text);
            long now = context.Time.GetUtcNow().ToUnixTimeSeconds();
            foreach (FilePosition position in positions)
            {
                store.Set(position with { Seen = now });
            }
            LogImported(path, positions.Count);
            return positions.Count > 0;
        }
        catch (YamlException exception)
        {
            IsDamaged = true;
            LogNotImported(path, exception.Message);
            return true;
        }
    }

    [LoggerMessage(LogLevel.Information, "took over {Count} positions from {Path}")]
    private partial void LogImported(string path, int count);

    [LoggerMessage(LogLevel.Error, "cannot take over positions from {Path}: {Cause}")]
    private partial void LogNotImported(string path, string cause);
}
