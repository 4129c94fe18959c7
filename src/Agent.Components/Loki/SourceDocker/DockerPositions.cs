using System.Globalization;
using System.Text;
using Agent.Sdk;
using Agent.Storage;
using Microsoft.Extensions.Logging;
using YamlDotNet.Core;

namespace Agent.Components.Loki.SourceDocker;

/// <summary>
/// How far each container was delivered. The file <c>positions</c> says in its first line what it is; then a line a container: id, time
/// and count of its output, the same of its error output, and when it was last seen. It is replaced as a whole. For one thread at a time.
/// </summary>
internal sealed partial class DockerPositions
{
    private const string FileName = "positions";
    private const string Header = "invar docker positions 1";
    private const string AlloyFileName = "positions.yml";

    // A container that is not there may be started again, and then its whole log is still there.
    private static readonly TimeSpan ForgetAfter = TimeSpan.FromDays(30);

    private readonly string _path;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, (DockerPosition Position, long Seen)> _byId = new(StringComparer.Ordinal);
    private bool _isChanged;
    private int _unsaved;

    private DockerPositions(ComponentContext context)
    {
        _path = Path.Combine(context.StoragePath, FileName);
        _logger = context.Logger;
        _time = context.Time;
    }

    /// <summary>Lines of the file that were damaged: those containers are read from their start.</summary>
    public int Damaged { get; private set; }

    private long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    /// <exception cref="ComponentException">The file is there but cannot be read: going on would send everything again.</exception>
    public static DockerPositions Open(ComponentContext context)
    {
        var positions = new DockerPositions(context);
        try
        {
            if (File.Exists(positions._path))
            {
                positions.Load(File.ReadAllText(positions._path));
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

    public DockerPosition Find(string id) => _byId.TryGetValue(id, out (DockerPosition Position, long Seen) found) ? found.Position : default;

    public void Set(string id, DockerPosition position)
    {
        if (position != default)
        {
            _isChanged |= Find(id) != position;
            _byId[id] = (position, Now);
        }
    }

    /// <summary>Saves, durably, where anything changed since the last time.</summary>
    public void Save()
    {
        if (!_isChanged)
        {
            return;
        }
        long limit = Now - (long)ForgetAfter.TotalSeconds;
        var text = new StringBuilder(Header).Append('\n');
        foreach ((string id, (DockerPosition position, long seen)) in _byId.ToList())
        {
            if (seen < limit)
            {
                _byId.Remove(id);
                continue;
            }
            text.Append(CultureInfo.InvariantCulture, $"{Uri.EscapeDataString(id)} {position.Output.Timestamp} {position.Output.Count} ")
                .Append(CultureInfo.InvariantCulture, $"{position.Error.Timestamp} {position.Error.Count} {seen}\n");
        }
        try
        {
            AtomicFile.Write(_path, Encoding.UTF8.GetBytes(text.ToString()));
            _isChanged = false;
            _unsaved = 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The disk may come back; until then a restart would repeat lines, and lose none. Said once.
            if (_unsaved++ == 0)
            {
                LogNotSaved(exception.Message);
            }
        }
    }

    private void Load(string content)
    {
        string[] lines = content.Split('\n');
        Damaged += lines[0] == Header ? 0 : 1;
        foreach (string line in lines.Skip(1))
        {
            if (line.Length > 0 && !TryLoad(line.Split(' ')))
            {
                Damaged++;
            }
        }
        if (Damaged > 0)
        {
            LogDamaged(_path, Damaged);
        }
    }

    private bool TryLoad(string[] parts)
    {
        Span<long> numbers = stackalloc long[5];
        if (parts.Length != 1 + numbers.Length || parts[0].Length == 0)
        {
            return false;
        }
        for (int i = 0; i < numbers.Length; i++)
        {
            if (!long.TryParse(parts[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
            {
                return false;
            }
        }
        if (numbers[1] > int.MaxValue || numbers[3] > int.MaxValue)
        {
            return false;
        }
        var position = new DockerPosition(new StreamPosition(numbers[0], (int)numbers[1]), new StreamPosition(numbers[2], (int)numbers[3]));
        _byId[Uri.UnescapeDataString(parts[0])] = (position, numbers[4]);
        return true;
    }

    // Alloy keeps whole seconds: what was written in the last one of them comes again.
    private void Import(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }
        using var text = new StreamReader(path);
        try
        {
            foreach (ForeignPosition found in ForeignPositions.Read(text))
            {
                if (found.Key.StartsWith(ForeignPositions.CursorPrefix, StringComparison.Ordinal)
                    && long.TryParse(found.Value, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
                    && seconds is > 0 and < long.MaxValue / 1_000_000_000)
                {
                    var position = new StreamPosition(seconds * 1_000_000_000, 0);
                    Set(found.Key[ForeignPositions.CursorPrefix.Length..], new DockerPosition(position, position));
                }
            }
            LogImported(path, _byId.Count);
        }
        catch (YamlException exception)
        {
            Damaged++;
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
