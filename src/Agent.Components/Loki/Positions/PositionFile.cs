using System.Text;
using Agent.Sdk;
using Agent.Storage;
using Microsoft.Extensions.Logging;
using YamlDotNet.Core;

namespace Agent.Components.Loki.Positions;

/// <summary>
/// How far each thing that a component reads was delivered: the file <c>positions</c> of its storage path. The first line says what it is,
/// then comes a line for each. It is replaced as a whole. Where there is none yet, Alloy's <c>positions.yml</c> is taken over. For one thread at
/// a time.
/// </summary>
internal sealed partial class PositionFile<T>
    where T : IEquatable<T>
{
    private const string FileName = "positions";
    private const string AlloyFileName = "positions.yml";

    private readonly IPositionFormat<T> _format;
    private readonly string _path;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, KeyedPosition<T>> _entries = new(StringComparer.Ordinal);
    private bool _isChanged;
    private int _unsaved;

    private PositionFile(ComponentContext context, IPositionFormat<T> format)
    {
        _format = format;
        _path = Path.Combine(context.StoragePath, FileName);
        _logger = context.Logger;
        _time = context.Time;
    }

    /// <summary>Lines of the file that were damaged: what they were about is read from its start.</summary>
    public int Damaged { get; private set; }

    private long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    /// <exception cref="ComponentException">The file is there but cannot be read: going on would send everything again.</exception>
    public static PositionFile<T> Open(ComponentContext context, IPositionFormat<T> format)
    {
        var positions = new PositionFile<T>(context, format);
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

    /// <summary>The position of a key; the default of its type where none is known.</summary>
    public T? Find(string key) => _entries.TryGetValue(key, out KeyedPosition<T> found) ? found.Position : default;

    /// <summary>Takes note of a position, for the next <see cref="Save"/>.</summary>
    public void Set(string key, T position)
    {
        if (!_format.IsNone(position))
        {
            _isChanged |= !_entries.TryGetValue(key, out KeyedPosition<T> former) || !former.Position.Equals(position);
            _entries[key] = new KeyedPosition<T>(key, position, Now);
        }
    }

    /// <summary>Saves, durably, where anything changed since the last time.</summary>
    public void Save()
    {
        if (!_isChanged)
        {
            return;
        }
        Forget();
        var text = new StringBuilder(_format.Header).Append('\n');
        foreach (KeyedPosition<T> entry in _entries.Values)
        {
            _format.Write(text, entry);
            text.Append('\n');
        }
        try
        {
            AtomicFile.Write(_path, Encoding.UTF8.GetBytes(text.ToString()));
            (_isChanged, _unsaved) = (false, 0);
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

    private void Forget()
    {
        if (_format.ForgetAfter is { } patience)
        {
            long limit = Now - (long)patience.TotalSeconds;
            foreach (KeyedPosition<T> entry in _entries.Values.Where(entry => entry.Seen < limit).ToList())
            {
                _entries.Remove(entry.Key);
            }
        }
    }

    private void Load(string[] lines)
    {
        Damaged += lines is [var header, ..] && header == _format.Header ? 0 : 1;
        foreach (string line in lines.Skip(1).Where(static line => line.Length > 0))
        {
            if (_format.TryRead(line.Split(' '), out KeyedPosition<T> entry))
            {
                _entries[entry.Key] = entry;
            }
            else
            {
                Damaged++;
            }
        }
        if (Damaged > 0)
        {
            LogDamaged(_path, Damaged);
        }
    }

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
                if (_format.TryImport(found, out string key, out T position))
                {
                    // One thing may be there under several sets of labels: what is new to any of them is read.
                    Set(key, _entries.TryGetValue(key, out KeyedPosition<T> other) ? _format.Earlier(other.Position, position) : position);
                }
            }
            LogImported(path, _entries.Count);
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
