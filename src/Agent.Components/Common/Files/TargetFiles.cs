using Agent.Telemetry;

namespace Agent.Components.Common.Files;

/// <summary>Finds the files behind targets whose <c>__path__</c> and <c>__path_exclude__</c> are patterns.</summary>
internal sealed class TargetFiles
{
    private readonly List<(Target Target, Glob? Include, Glob? Exclude)> _patterns = [];
    private readonly TimeSpan _ignoreOlderThan;
    private readonly TimeProvider _time;

    public TargetFiles(IEnumerable<Target> targets, TimeSpan ignoreOlderThan, TimeProvider time)
    {
        _ignoreOlderThan = ignoreOlderThan;
        _time = time;
        foreach (Target target in targets)
        {
            Glob? include = Parse(target["__path__"]);
            string exclude = target["__path_exclude__"];
            _patterns.Add((target, include, exclude.Length == 0 ? null : Parse(exclude)));
        }
    }

    /// <summary>What is wrong with the patterns; such targets find nothing.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>Every matching file that is no folder, with its target. A file that two targets match comes twice.</summary>
    /// <param name="folders">Gets the folders in which a new match can come up.</param>
    public List<(Target Target, string Path)> Find(ISet<string> folders)
    {
        var found = new List<(Target, string)>();
        DateTimeOffset oldest = _time.GetUtcNow() - _ignoreOlderThan;
        foreach ((Target target, Glob? include, Glob? exclude) in _patterns)
        {
            if (include is null)
            {
                continue;
            }
            GlobWalk walk = GlobWalk.Run(include);
            folders.UnionWith(walk.Folders);
            foreach (string path in walk.Files)
            {
                if (exclude?.IsMatch(path) != true && (_ignoreOlderThan == TimeSpan.Zero || IsNewer(path, oldest)))
                {
                    found.Add((target, path));
                }
            }
        }
        return found;
    }

    private static bool IsNewer(string path, DateTimeOffset oldest) =>
        FileStat.TryGet(path, out FileStat stat, out _) && stat.Modified >= oldest;

    private Glob? Parse(string pattern)
    {
        string error = "a target has no __path__";
        if (pattern.Length > 0 && Glob.TryParse(pattern, out Glob? glob, out error))
        {
            return glob;
        }
        Problems.Add(pattern.Length == 0 ? error : $"cannot read the pattern {pattern}: {error}");
        return null;
    }
}
