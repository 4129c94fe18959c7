using Agent.Storage;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.SourceFile.Rotation;

/// <summary>Finds the files that were rotated away from a path while nobody looked, and opens those that were not read whole.</summary>
/// <remarks>
/// Of the rotated files, oldest first, those after the last one that was read are read from their start, and those that were read in
/// part from there. Older ones that nothing is known of were there before the agent was, and stay unread. Where nothing is left of
/// what was read, the time of change tells what came later.
/// </remarks>
internal sealed partial class RotationSearch(TailServices services)
{
    // Files may be renamed while they are listed and opened; then all of it is done again.
    private const int Attempts = 5;

    private readonly ILogger _logger = services.Logger;
    private string _told = "";

    /// <summary>The files to read before the live one, oldest first.</summary>
    public List<OpenFile> Run(in PositionRequest request, RotationScope scope)
    {
        if (scope.Known.Count == 0 || request.Options.Compression is not null)
        {
            return [];
        }
        for (int attempt = 1; ; attempt++)
        {
            var contents = new List<RotatedContent>();
            try
            {
                if (TryOpen(scope, contents) || attempt == Attempts)
                {
                    return Choose(request, scope, contents);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Tell(scope.Path, exception.Message);
                return [];
            }
            finally
            {
                contents.ForEach(static content => content.Dispose());
            }
        }
    }

    // What is newer than the live file comes to light when its successor is opened.
    private bool TryOpen(RotationScope scope, List<RotatedContent> contents)
    {
        List<RotatedFile> files = RotatedFile.List(scope.Path);
        foreach (RotatedFile file in files)
        {
            if (file.Stat.Identity == scope.Live)
            {
                break;
            }
            if (!TryAdd(file, contents))
            {
                return false;
            }
        }
        List<RotatedFile> again = files.Count == 0 ? files : RotatedFile.List(scope.Path);
        return files.Count == again.Count && !files.Where((file, i) => file.Path != again[i].Path || file.Stat.Identity != again[i].Stat.Identity).Any();
    }

    private bool TryAdd(RotatedFile file, List<RotatedContent> contents)
    {
        try
        {
            contents.Add(RotatedContent.Open(file));
            return contents[^1].Stat.Identity == file.Stat.Identity;
        }
        catch (UnauthorizedAccessException exception)
        {
            Tell(file.Path, exception.Message);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private List<OpenFile> Choose(in PositionRequest request, RotationScope scope, List<RotatedContent> contents)
    {
        var judge = new RotationJudge(services, request, scope, contents);
        List<RotationVerdict> verdicts = contents.ConvertAll(judge.Judge);
        int last = scope.IsLiveKnown ? contents.Count : verdicts.FindLastIndex(static verdict => verdict.Kind != RotationKind.Unknown);
        var files = new List<OpenFile>();
        for (int i = 0; i < contents.Count; i++)
        {
            RotatedContent content = contents[i];
            RotationVerdict verdict = verdicts[i];
            bool isWanted = verdict.Kind switch
            {
                RotationKind.Known => !content.EndsAt(verdict.Offset) || content.Stat.Identity == scope.Left,
                RotationKind.Unknown => i > last && (last >= 0 || content.Stat.Modified >= scope.Since) && !services.IsTarget(content.File.Path),
                _ => false,
            };
            if (!isWanted)
            {
                continue;
            }
            if (content.Problem is { } problem)
            {
                Tell(content.File.Path, problem);
            }
            else
            {
                files.Add(Open(request, scope, content, verdict));
            }
        }
        return files;
    }

    private OpenFile Open(in PositionRequest request, RotationScope scope, RotatedContent content, in RotationVerdict verdict)
    {
        LogFound(content.File.Path, verdict.Offset, request.Path);
        services.Metrics.RotatedFound.Increment();
        FileFingerprint fingerprint = FileFingerprint.Of(content.Start.Span);
        OpenFile file = content.ToOpenFile(request.Options, verdict.Offset);
        file.LeftAt = services.Time.GetTimestamp();
        file.Delivered = verdict.Continued is { } continued
            ? services.Positions.Continue(continued)
            : services.Positions.Track(content.Stat.Identity, fingerprint, request, verdict.Offset);
        // What stands at the path now has the entry; else it is of a file that is gone.
        if (verdict.Former is { } former && former.Entry.Identity != scope.Live)
        {
            services.Positions.Remove(former.Entry);
        }
        return file;
    }

    private void Tell(string path, string cause)
    {
        if (_told == path)
        {
            return;
        }
        _told = path;
        services.Metrics.RotatedUnreadable.Increment();
        LogUnreadable(path, cause);
    }

    [LoggerMessage(LogLevel.Information, "reading {Path} from {Offset}: rotated away from {Live}")]
    private partial void LogFound(string path, long offset, string live);

    [LoggerMessage(LogLevel.Error, "cannot read {Path}, lines that were rotated away may be missing: {Cause}")]
    private partial void LogUnreadable(string path, string cause);
}
