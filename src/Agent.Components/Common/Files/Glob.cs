using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Agent.Components.Common.Files;

/// <summary>A path pattern in the language of Go's doublestar: <c>/var/log/**/*.{log,txt}</c>.</summary>
/// <remarks>Names that begin with a dot are nothing special; case counts; <c>**</c> also matches no folder at all.</remarks>
internal sealed class Glob
{
    private Glob(ImmutableArray<ImmutableArray<GlobSegment>> alternatives) => Alternatives = alternatives;

    /// <summary>The patterns without braces that it stands for, each from the root on.</summary>
    public ImmutableArray<ImmutableArray<GlobSegment>> Alternatives { get; }

    /// <summary>Reads a pattern; one that does not begin at the root begins at the current folder.</summary>
    public static bool TryParse(string pattern, [NotNullWhen(true)] out Glob? glob, out string error)
    {
        glob = null;
        if (!BraceExpansion.TryExpand(pattern, out List<string> expanded, out error))
        {
            return false;
        }
        var alternatives = ImmutableArray.CreateBuilder<ImmutableArray<GlobSegment>>(expanded.Count);
        foreach (string plain in expanded)
        {
            var segments = ImmutableArray.CreateBuilder<GlobSegment>();
            foreach (string part in Path.Combine(Directory.GetCurrentDirectory(), plain).Split('/'))
            {
                if (part is "" or ".")
                {
                    continue;
                }
                if (GlobSegment.TryParse(part, out error) is not { } segment)
                {
                    return false;
                }
                if (segment.Literal == ".." && segments.Count > 0)
                {
                    segments.RemoveAt(segments.Count - 1);
                    continue;
                }
                segments.Add(segment);
            }
            alternatives.Add(segments.ToImmutable());
        }
        glob = new Glob(alternatives.ToImmutable());
        return true;
    }

    /// <summary>True where the whole of an absolute path matches.</summary>
    public bool IsMatch(string path)
    {
        foreach (ImmutableArray<GlobSegment> alternative in Alternatives)
        {
            if (IsMatch(alternative.AsSpan(), path.AsSpan().Trim('/')))
            {
                return true;
            }
        }
        return false;
    }

    private static bool IsMatch(ReadOnlySpan<GlobSegment> segments, ReadOnlySpan<char> path)
    {
        while (!segments.IsEmpty)
        {
            if (segments[0].IsAnyFolders)
            {
                return MatchesAnyFolders(segments[1..], path);
            }
            if (path.IsEmpty)
            {
                return false;
            }
            int slash = path.IndexOf('/');
            if (!segments[0].IsMatch(slash < 0 ? path : path[..slash]))
            {
                return false;
            }
            path = slash < 0 ? default : path[(slash + 1)..];
            segments = segments[1..];
        }
        return path.IsEmpty;
    }

    private static bool MatchesAnyFolders(ReadOnlySpan<GlobSegment> rest, ReadOnlySpan<char> path)
    {
        while (true)
        {
            if (IsMatch(rest, path))
            {
                return true;
            }
            if (path.IsEmpty)
            {
                return false;
            }
            int slash = path.IndexOf('/');
            path = slash < 0 ? default : path[(slash + 1)..];
        }
    }
}
