using System.Text;
using Agent.Components.Loki.Positions;
using Agent.Sdk;
using Agent.Storage;
using Microsoft.Extensions.Logging;
using YamlDotNet.Core;

namespace Agent.Components.Loki.SourceJournal;

/// <summary>
/// The cursor of the last entry that was delivered. The file <c>cursor</c> has two lines: what it is, and the cursor; it is replaced
/// as a whole, so a crash leaves the old cursor or the new one.
/// </summary>
internal sealed partial class CursorFile
{
    private const string FileName = "cursor";
    private const string Header = "invar journal cursor 1";
    private const string AlloyFileName = "positions.yml";

    private readonly string _path;
    private readonly ILogger _logger;
    private string _saved = "";
    private int _unsaved;

    private CursorFile(ComponentContext context)
    {
        _path = Path.Combine(context.StoragePath, FileName);
        _logger = context.Logger;
    }

    /// <summary>Where to go on, or empty.</summary>
    public string Start { get; private set; } = "";

    /// <summary>True where there was a cursor that cannot be understood: entries since <c>max_age</c> are sent again.</summary>
    public bool IsDamaged { get; private set; }

    /// <param name="context">The component's.</param>
    /// <param name="legacy">Positions of Promtail or of the static mode, for when there is no cursor yet.</param>
    /// <exception cref="ComponentException">A file is there but cannot be read: going on would send entries again.</exception>
    public static CursorFile Open(ComponentContext context, LokiSourceJournal.LegacyPositionArguments? legacy)
    {
        var file = new CursorFile(context);
        try
        {
            if (File.Exists(file._path))
            {
                file.Load(File.ReadAllText(file._path));
            }
            else if (!file.TryImport(Path.Combine(context.StoragePath, AlloyFileName), context.Id) && legacy is not null)
            {
                file.TryImport(legacy.File, legacy.Name);
            }
            return file;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ComponentException($"cannot read the journal's cursor: {exception.Message}", exception);
        }
    }

    /// <summary>Saves, durably, where it is another cursor than the last one.</summary>
    public void Save(string cursor)
    {
        if (cursor.Length == 0 || cursor == _saved)
        {
            return;
        }
        try
        {
            AtomicFile.Write(_path, Encoding.UTF8.GetBytes($"{Header}\n{cursor}\n"));
            _saved = cursor;
            _unsaved = 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The disk may come back; until then a restart would repeat entries, and lose none. Said once.
            if (_unsaved++ == 0)
            {
                LogNotSaved(exception.Message);
            }
        }
    }

    private void Load(string content)
    {
        string[] lines = content.Split('\n');
        if (lines is [Header, { Length: > 0 } cursor, ""])
        {
            Start = cursor;
            _saved = cursor;
        }
        else
        {
            IsDamaged = true;
            LogDamaged(_path);
        }
    }

    private bool TryImport(string path, string name)
    {
        if (!File.Exists(path))
        {
            return false;
        }
        using var text = new StreamReader(path);
        try
        {
            List<ForeignPosition> cursors = ForeignPositions.Read(text);
            cursors.RemoveAll(static position => !position.Key.StartsWith(ForeignPositions.CursorPrefix, StringComparison.Ordinal));
            int index = cursors.FindIndex(position => position.Key == ForeignPositions.CursorPrefix + name);
            if (index < 0 || cursors[index].Value.Length == 0)
            {
                return false;
            }
            Start = cursors[index].Value;
            LogImported(path);
            return true;
        }
        catch (YamlException exception)
        {
            IsDamaged = true;
            LogNotImported(path, exception.Message);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Error, "cursor file {Path} is damaged: reading the journal from max_age on")]
    private partial void LogDamaged(string path);

    [LoggerMessage(LogLevel.Warning, "cannot save the journal's cursor, will try again: {Cause}")]
    private partial void LogNotSaved(string cause);

    [LoggerMessage(LogLevel.Information, "took over the journal's cursor from {Path}")]
    private partial void LogImported(string path);

    [LoggerMessage(LogLevel.Error, "cannot take over the journal's cursor from {Path}: {Cause}")]
    private partial void LogNotImported(string path, string cause);
}
