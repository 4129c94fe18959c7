using System.Globalization;
using System.Text;
using Agent.Sdk;
using Agent.Storage;
using Microsoft.Extensions.Logging;
using YamlDotNet.Core;

namespace Agent.Components.Loki.SourceKubernetesEvents;

/// <summary>
/// How far the events of each namespace were delivered. The file <c>positions</c> says in its first line what it is; then a line a
/// namespace (<c>*</c> for all of them): name, version, time. It is replaced as a whole. For one thread at a time.
/// </summary>
internal sealed partial class EventPositions
{
    private const string FileName = "positions";
    private const string Header = "invar event positions 1";
    private const string AlloyFileName = "positions.yml";
    private const string All = "*";

    private readonly string _path;
    private readonly ILogger _logger;
    private readonly Dictionary<string, EventPosition> _byNamespace = new(StringComparer.Ordinal);
    private bool _isChanged;
    private int _unsaved;

    private EventPositions(ComponentContext context)
    {
        _path = Path.Combine(context.StoragePath, FileName);
        _logger = context.Logger;
    }

    /// <exception cref="ComponentException">The file is there but cannot be read: going on would send everything again.</exception>
    public static EventPositions Open(ComponentContext context)
    {
        var positions = new EventPositions(context);
        try
        {
            if (File.Exists(positions._path))
            {
                positions.Load(File.ReadAllLines(positions._path));
            }
            else
            {
                positions.Import(Path.Combine(context.StoragePath, AlloyFileName));
            }
            return positions;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ComponentException($"cannot read positions: {exception.Message}", exception);
        }
    }

    /// <param name="inNamespace">Empty for all of them.</param>
    public EventPosition Find(string inNamespace) => _byNamespace.GetValueOrDefault(inNamespace);

    public void Set(string inNamespace, EventPosition position)
    {
        if (position != default && position != Find(inNamespace))
        {
            _byNamespace[inNamespace] = position;
            _isChanged = true;
        }
    }

    /// <summary>Saves, durably, where anything changed since the last time.</summary>
    public void Save()
    {
        if (!_isChanged)
        {
            return;
        }
        try
        {
            AtomicFile.Write(_path, Encoding.UTF8.GetBytes($"{Header}\n{Write(_byNamespace)}"));
            (_isChanged, _unsaved) = (false, 0);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The disk may come back; until then a restart would repeat events, and lose none. Said once.
            if (_unsaved++ == 0)
            {
                LogNotSaved(exception.Message);
            }
        }
    }

    /// <summary>A line a namespace.</summary>
    public static string Write(IEnumerable<KeyValuePair<string, EventPosition>> positions)
    {
        var text = new StringBuilder();
        foreach ((string inNamespace, EventPosition position) in positions)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(inNamespace.Length > 0 ? inNamespace : All)} {position.Version} {position.Timestamp}\n");
        }
        return text.ToString();
    }

    /// <summary>What <see cref="Write"/> wrote; lines that are none are left out, and counted.</summary>
    public static (Dictionary<string, EventPosition> Positions, int Damaged) Read(IEnumerable<string> lines)
    {
        var positions = new Dictionary<string, EventPosition>(StringComparer.Ordinal);
        int damaged = 0;
        foreach (string line in lines.Where(static line => line.Length > 0))
        {
            if (line.Split(' ') is [var name, var version, var time]
                && ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number)
                && long.TryParse(time, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long timestamp))
            {
                positions[name == All ? "" : name] = new EventPosition(number, timestamp);
            }
            else
            {
                damaged++;
            }
        }
        return (positions, damaged);
    }

    private void Load(string[] lines)
    {
        (Dictionary<string, EventPosition> positions, int damaged) = Read(lines.Skip(1));
        foreach ((string inNamespace, EventPosition position) in positions)
        {
            _byNamespace[inNamespace] = position;
        }
        if (damaged > 0 || lines is not [Header, ..])
        {
            LogDamaged(_path, damaged);
        }
    }

    // Alloy keeps the microsecond of the event that it sent last.
    private void Import(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }
        const string Key = ForeignPositions.CursorPrefix + "events";
        using var text = new StreamReader(path);
        try
        {
            foreach (ForeignPosition found in ForeignPositions.Read(text))
            {
                if (found.Key.StartsWith(Key, StringComparison.Ordinal)
                    && long.TryParse(found.Value, NumberStyles.None, CultureInfo.InvariantCulture, out long micros)
                    && micros is > 0 and < long.MaxValue / 1000)
                {
                    Set(found.Key[Key.Length..].TrimStart('-'), new EventPosition(0, micros * 1000));
                }
            }
            LogImported(path, _byNamespace.Count);
        }
        catch (YamlException exception)
        {
            LogNotImported(path, exception.Message);
        }
    }

    [LoggerMessage(LogLevel.Error, "positions file {Path}: {Count} entries are damaged")]
    private partial void LogDamaged(string path, int count);

    [LoggerMessage(LogLevel.Warning, "cannot save positions, will try again: {Cause}")]
    private partial void LogNotSaved(string cause);

    [LoggerMessage(LogLevel.Information, "took over {Count} positions from {Path}")]
    private partial void LogImported(string path, int count);

    [LoggerMessage(LogLevel.Error, "cannot take over positions from {Path}: {Cause}")]
    private partial void LogNotImported(string path, string cause);
}
