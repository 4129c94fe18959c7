using System.Globalization;
using System.Text;
using Agent.Sdk;
using Agent.Storage;
using Microsoft.Extensions.Logging;
using YamlDotNet.Core;

namespace Agent.Components.Loki.PodTails;

/// <summary>
/// How far each container was delivered. The file <c>positions</c> says in its first line what it is; then a line a container: its key,
/// restarts, time of the last line, floor, when it was last seen, and each known line as time and hash. It is replaced as a whole. For one
/// thread at a time.
/// </summary>
internal sealed partial class PodPositions
{
    private const string FileName = "positions";
    private const string Header = "invar pod positions 1";
    private const string AlloyFileName = "positions.yml";
    private const int Fields = 5;

    // A pod that is not a target any more seldom comes back, and its log goes with it.
    private static readonly TimeSpan ForgetAfter = TimeSpan.FromDays(7);

    private readonly string _path;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, (PodPosition Position, long Seen)> _byKey = new(StringComparer.Ordinal);
    private bool _isChanged;
    private int _unsaved;

    private PodPositions(ComponentContext context)
    {
        _path = Path.Combine(context.StoragePath, FileName);
        _logger = context.Logger;
        _time = context.Time;
    }

    /// <summary>Lines of the file that were damaged: those containers are read from their start.</summary>
    public int Damaged { get; private set; }

    private long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    /// <exception cref="ComponentException">The file is there but cannot be read: going on would send everything again.</exception>
    public static PodPositions Open(ComponentContext context)
    {
        var positions = new PodPositions(context);
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

    /// <summary>How far the container was delivered; null where nothing is known of it.</summary>
    public PodPosition? Find(PodContainer container) =>
        _byKey.TryGetValue(container.Key, out (PodPosition Position, long Seen) found) ? found.Position : null;

    public void Set(PodContainer container, PodPosition position)
    {
        if (position.IsNone)
        {
            return;
        }
        PodPosition? former = Find(container);
        _isChanged |= former is null || former.Last != position.Last || former.Restarts != position.Restarts || !former.Known.SequenceEqual(position.Known);
        _byKey[container.Key] = (position, Now);
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
        foreach ((string key, (PodPosition position, long seen)) in _byKey.ToList())
        {
            if (seen < limit)
            {
                _byKey.Remove(key);
                continue;
            }
            text.Append(CultureInfo.InvariantCulture, $"{Uri.EscapeDataString(key)} {position.Restarts} {position.Last} {position.Floor} {seen}");
            foreach (KnownLine line in position.Known)
            {
                text.Append(CultureInfo.InvariantCulture, $" {line.Timestamp - position.Last}:{line.Hash:x}");
            }
            text.Append('\n');
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
        if (parts.Length < Fields || parts[0].Length == 0 || !int.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int restarts)
            || !TryNumber(parts[2], out long last) || !TryNumber(parts[3], out long floor) || !TryNumber(parts[4], out long seen))
        {
            return false;
        }
        var known = new List<KnownLine>(parts.Length - Fields);
        foreach (string part in parts.AsSpan(Fields))
        {
            int colon = part.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || !TryNumber(part[..colon], out long offset)
                || !ulong.TryParse(part.AsSpan(colon + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong hash))
            {
                return false;
            }
            known.Add(new KnownLine(unchecked(last + offset), hash));
        }
        _byKey[Uri.UnescapeDataString(parts[0])] = (new PodPosition(restarts, last, floor, known), seen);
        return true;
    }

    private static bool TryNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

    // Alloy keeps the microsecond of the last line: what was written in it comes again, and nothing is lost.
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
                    && long.TryParse(found.Value, NumberStyles.None, CultureInfo.InvariantCulture, out long micros)
                    && micros is > 0 and < long.MaxValue / 1000)
                {
                    string key = found.Key[ForeignPositions.CursorPrefix.Length..];
                    // One container may be there under several sets of labels: what each of them has is read.
                    long floor = _byKey.TryGetValue(key, out (PodPosition Position, long) other) ? Math.Min(other.Position.Floor, micros * 1000) : micros * 1000;
                    _byKey[key] = (new PodPosition(-1, 0, floor, []), Now);
                    _isChanged = true;
                }
            }
            LogImported(path, _byKey.Count);
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
